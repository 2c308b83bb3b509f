from django.apps import AppConfig


class DisclosureConfig(AppConfig):
    name = "marketplace.disclosure"
    label = "disclosure"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from marketplace.accounts import notices
        from marketplace.disclosure import own_facets

        own_facets.register_all()
        notices.register(
            "disclosure.granted", _("A factory lets you see more until %(until_at)s: %(purpose)s")
        )
        notices.register(
            "disclosure.granted-by-name",
            _("%(enterprise)s lets you see more until %(until_at)s: %(purpose)s"),
        )
        notices.register(
            "disclosure.glass-broken",
            _("Staff of the platform looks at your data for %(hours)s hours. Reason: %(reason)s"),
        )
