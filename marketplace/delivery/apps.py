from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeliveryConfig(AppConfig):
    name = "marketplace.delivery"
    label = "delivery"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from marketplace.accounts import notices
        from marketplace.common import oracles
        from marketplace.delivery.oracles import find_faults
        from marketplace.delivery.selectors.goods import goods_of
        from marketplace.trading import told

        told.register_goods(goods_of)
        oracles.register("delivery", find_faults)
        notices.register(
            "delivery.difference",
            _("Shipment %(shipment)s came with a difference: %(damaged)s damaged, %(missing)s missing."),
        )
        notices.register(
            "delivery.order-complete",
            _("%(title)s is complete: %(received)s received, %(without)s done without."),
        )
