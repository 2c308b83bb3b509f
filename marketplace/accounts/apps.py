from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "marketplace.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from marketplace.accounts import notices
        from marketplace.accounts.selectors import may_watch_enterprise
        from marketplace.common import live

        live.register("enterprise", may_watch_enterprise)
        notices.register(
            "accounts.firm-claimed", _("%(firm)s has taken over its account: %(person)s is its owner now.")
        )
