"""The settings pages, as each role sees them."""

import pytest
from django.urls import reverse

from marketplace.accounts.models import ApiToken, Enterprise, Invitation, Membership, Site
from tests.builders import a_membership, a_site, an_enterprise

pytestmark = pytest.mark.django_db
Role = Membership.Role
PAGES = ["settings", "profile", "sites", "site-new", "people", "tokens"]


@pytest.fixture
def member(client):
    """Somebody with that role, logged in."""

    def log_in(role=Role.OWNER, **enterprise):
        membership = a_membership(enterprise=an_enterprise(**enterprise), role=role)
        client.force_login(membership.person)
        return membership

    return log_in


def at(name, *arguments):
    return reverse(f"accounts:{name}", args=arguments)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("role", Role.values)
def test_every_member_reads_every_page(client, member, name, role):
    member(role)
    assert client.get(at(name)).status_code == 200


@pytest.mark.parametrize("name", PAGES)
def test_a_visitor_is_asked_to_log_in(client, name):
    answer = client.get(at(name))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("name", PAGES)
def test_a_person_without_an_enterprise_meets_no_error(client, member, name):
    membership = member()
    membership.delete()
    assert client.get(at(name)).status_code in {200, 302}


@pytest.mark.parametrize("role", [Role.PLANNER, Role.OPERATOR, Role.VIEWER])
def test_what_a_role_may_not_do_its_page_does_not_offer_and_its_post_does_not_do(client, member, role):
    membership = member(role, name="Old name", registration_number="1")
    owner = a_membership(enterprise=membership.enterprise)
    assert "Save" not in client.get(at("settings")).content.decode()
    assert "Make the link" not in client.get(at("people")).content.decode()
    posts = [
        (at("settings"), {"name": "New name"}),
        (at("ask-for-verification"), {}),
        (at("people"), {"email": "new@example.org", "role": "owner"}),
        (at("member-role", owner.person.public_id), {"role": "viewer"}),
        (at("member-remove", owner.person.public_id), {}),
    ]
    for url, body in posts:
        assert client.post(url, body).status_code == 403, url
    membership.enterprise.refresh_from_db()
    owner.refresh_from_db()
    assert (membership.enterprise.name, owner.role) == ("Old name", Role.OWNER)
    assert not Invitation.objects.exists()


def test_an_owner_saves_the_enterprise_and_asks_to_be_verified(client, member):
    membership = member(verified=False)
    a_site(enterprise=membership.enterprise)
    client.post(
        at("settings"), {"name": "Blue Rail", "registration_number": "9133", "certificates": "ISO 9001， CE"}
    )
    client.post(at("ask-for-verification"))
    saved = Enterprise.objects.get(pk=membership.enterprise_id)
    assert (saved.name, saved.certificates, saved.verification) == (
        "Blue Rail",
        ["ISO 9001", "CE"],
        "pending",
    )
    assert "verification pending" in client.get(at("settings")).content.decode()


def test_a_site_is_added_at_its_city_and_moved_on_the_map(client, member):
    member()
    client.post(at("site-new"), {"name": "North", "city": "Cixi"})
    site = Site.objects.get()
    assert (site.region, site.time_zone, round(site.lat, 1)) == ("Zhejiang", "Asia/Shanghai", 30.2)
    client.post(at("site", site.public_id), {"name": "North", "city": "Cixi", "lat": "30.3", "lon": "121.3"})
    site.refresh_from_db()
    assert (site.lat, site.lon) == (30.3, 121.3)


def test_a_taken_name_is_told_at_its_field(client, member):
    a_site(enterprise=member().enterprise, name="North")
    answer = client.post(at("site-new"), {"name": "North", "city": "Cixi"})
    assert "name" in answer.context["form"].errors
    assert Site.objects.count() == 1


def test_a_foreign_site_has_no_page(client, member):
    member()
    pages = [client.get(at("site", public_id)) for public_id in (a_site().public_id, "sit_0000000000000000")]
    assert [page.status_code for page in pages] == [404, 404]


def test_a_key_is_shown_once(client, member):
    member()
    answer = client.post(at("tokens"), {"name": "ERP", "scope": "read"})
    assert "muster_" in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    later = client.get(at("tokens")).content.decode()
    assert "ERP" in later
    assert "muster_" not in later
    client.post(at("token-revoke", ApiToken.objects.get().public_id))
    assert ApiToken.objects.get().revoked_at is not None


def test_an_invitation_link_is_shown_once(client, member):
    member()
    link = at("join", "x")[:-1]
    answer = client.post(at("people"), {"email": "new@example.org", "role": "planner"})
    assert link in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert link not in client.get(at("people")).content.decode()


def test_a_profile_is_saved_and_spoken(client, member):
    membership = member()
    client.post(at("profile"), {"name": "Li Wei", "language": "zh-hans", "time_zone": "Asia/Shanghai"})
    membership.person.refresh_from_db()
    assert (membership.person.name, membership.person.time_zone) == ("Li Wei", "Asia/Shanghai")
    assert 'lang="zh-hans"' in client.get(at("profile")).content.decode()


@pytest.mark.parametrize("bad", [{"language": "xx"}, {"time_zone": "Mars/Base"}])
def test_a_profile_takes_only_known_languages_and_zones(client, member, bad):
    membership = member()
    client.post(at("profile"), {"name": "Li", "language": "en", "time_zone": ""} | bad)
    membership.person.refresh_from_db()
    assert (membership.person.language, membership.person.time_zone) == ("en", "")


def test_the_language_switch_goes_back_and_nowhere_else(client, member):
    membership = member()
    answer = client.post(at("language"), {"language": "zh-hans", "next": "/settings/sites/"})
    assert answer["Location"] == "/settings/sites/"
    assert client.cookies["django_language"].value == "zh-hans"
    membership.person.refresh_from_db()
    assert membership.person.language == "zh-hans"
    for elsewhere in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        assert client.post(at("language"), {"language": "en", "next": elsewhere})["Location"] == "/"


@pytest.mark.parametrize("url", ["/accounts/2fa/", "/accounts/email/", "/accounts/password/change/"])
def test_the_pages_of_logging_in_are_reachable_in_our_shell(client, member, url):
    member()
    answer = client.get(url)
    assert answer.status_code == 200
    assert "m-topbar" in answer.content.decode()


def test_a_second_step_is_set_up_after_the_password_is_given_again(client, member):
    member()
    activate = reverse("mfa_activate_totp")
    asked = client.get(activate)
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    page = client.post(asked["Location"], {"password": "correct horse battery"}, follow=True)
    assert page.redirect_chain[-1][0] == activate
    assert "data:image/svg+xml" in page.content.decode()


def test_a_settings_page_costs_few_queries(client, member, django_assert_max_num_queries):
    membership = member()
    for _ in range(5):
        a_membership(enterprise=membership.enterprise, role=Role.VIEWER)
    with django_assert_max_num_queries(8):
        client.get(at("people"))
