from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "marketplace.common"
    label = "common"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from marketplace.common import oracles
        from marketplace.common.audit.verify import audit_faults

        oracles.register("audit", audit_faults)
