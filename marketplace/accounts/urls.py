"""Pages of people and enterprises."""

from django.urls import path

from marketplace.accounts.views import profile, switch

app_name = "accounts"
urlpatterns = [
    path("switch", switch.switch_enterprise, name="switch"),
    path("language", switch.switch_language, name="language"),
    path("settings/profile", profile.profile, name="profile"),
]
