"""Pages of people and enterprises."""

from django.urls import path

from marketplace.accounts.views import (
    claim,
    enterprise,
    join,
    notices,
    people,
    profile,
    sites,
    switch,
    tokens,
)

app_name = "accounts"
urlpatterns = [
    path("switch", switch.switch_enterprise, name="switch"),
    path("language", switch.switch_language, name="language"),
    path("places", sites.find_places, name="places"),
    path("join/<str:token>", join.join, name="join"),
    path("claim/<str:token>", claim.claim, name="claim"),
    path("notices/", notices.notices, name="notices"),
    path("notices/bell", notices.bell, name="bell"),
    path("notices/read", notices.mark_read, name="notices-read"),
    path("settings/", enterprise.enterprise, name="settings"),
    path("settings/verification", enterprise.ask_for_verification, name="ask-for-verification"),
    path("settings/profile", profile.profile, name="profile"),
    path("settings/sites/", sites.sites, name="sites"),
    path("settings/sites/new", sites.site, name="site-new"),
    path("settings/sites/<str:public_id>", sites.site, name="site"),
    path("settings/sites/<str:public_id>/remove", sites.remove_site, name="site-remove"),
    path("settings/people/", people.people, name="people"),
    path("settings/people/<str:public_id>/role", people.change_role, name="member-role"),
    path("settings/people/<str:public_id>/remove", people.remove_member, name="member-remove"),
    path(
        "settings/invitations/<str:public_id>/withdraw",
        people.withdraw_invitation,
        name="invitation-withdraw",
    ),
    path("settings/tokens/", tokens.tokens, name="tokens"),
    path("settings/tokens/<str:public_id>/revoke", tokens.revoke_token, name="token-revoke"),
]
