from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "marketplace.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from marketplace.accounts.selectors import may_watch_enterprise
        from marketplace.common import live

        live.register("enterprise", may_watch_enterprise)
