from django.apps import AppConfig


class MobilisationConfig(AppConfig):
    name = "marketplace.mobilisation"
    label = "mobilisation"
    default_auto_field = "django.db.models.BigAutoField"
