from django.apps import AppConfig


class MobilisationConfig(AppConfig):
    name = "marketplace.mobilisation"
    label = "mobilisation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from marketplace.accounts import notices
        from marketplace.common import oracles
        from marketplace.mobilisation import facets
        from marketplace.mobilisation.answer_clock import answer_by
        from marketplace.mobilisation.occasions import occasion_of
        from marketplace.mobilisation.oracle import emergency_faults
        from marketplace.mobilisation.wording import NEWS
        from marketplace.planning import price_caps
        from marketplace.trading import answer_clock

        answer_clock.register(answer_by)
        price_caps.register(occasion_of)
        facets.register_all()
        oracles.register("mobilisation", emergency_faults)
        for kind, sentence in NEWS.items():
            notices.register(kind, sentence)
