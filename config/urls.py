"""Where everything answers."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.views.i18n import JavaScriptCatalog
from drf_spectacular.views import SpectacularAPIView

from config import health, home

# Upper apps first: a lower app never names an upper one.
APPS = [
    "mobilisation", "delivery", "production", "payments", "trading", "planning", "orders", "capacity", "machines",
    "disclosure", "accounts",
]  # fmt: skip

# Staff log in where everybody does: one count of failed attempts, one second factor.
admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", home.home, name="home"),
    path("clock", home.business_clock, name="clock"),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("i18n/", include("django.conf.urls.i18n")),
    path("jsi18n/", JavaScriptCatalog.as_view(), name="javascript-catalog"),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    *(path("api/v1/", include(f"marketplace.{app}.api_urls")) for app in APPS),
    *(path("", include(f"marketplace.{app}.urls")) for app in APPS),
]

handler404 = "config.refusals.not_found"
