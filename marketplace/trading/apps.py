from django.apps import AppConfig


class TradingConfig(AppConfig):
    name = "marketplace.trading"
    label = "trading"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from marketplace.common import oracles
        from marketplace.trading import facets, oracle, wording

        facets.register_all()
        wording.register_notices()
        oracles.register("trading.delays", oracle.delays_not_confirmed)
