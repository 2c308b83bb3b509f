from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "marketplace.orders"
    label = "orders"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from marketplace.common import live
        from marketplace.orders.selectors import may_watch_order

        live.register("order", may_watch_order)
