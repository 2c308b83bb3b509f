from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "marketplace.orders"
    label = "orders"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from marketplace.capacity import units
        from marketplace.common import live
        from marketplace.orders.selectors import may_watch_order
        from marketplace.orders.units import units_told

        live.register("order", may_watch_order)
        units.register(units_told)
