from django.apps import AppConfig


class MachinesConfig(AppConfig):
    name = "marketplace.machines"
    label = "machines"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from marketplace.common import live
        from marketplace.machines.selectors import may_watch_device

        live.register("device", may_watch_device)
