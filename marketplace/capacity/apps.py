from django.apps import AppConfig


class CapacityConfig(AppConfig):
    name = "marketplace.capacity"
    label = "capacity"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from marketplace.capacity import facets

        facets.register_all()
