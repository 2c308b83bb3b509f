from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    name = "marketplace.payments"
    label = "payments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from marketplace.accounts import notices
        from marketplace.common import oracles
        from marketplace.payments.oracles import open_faults

        oracles.register("payments", open_faults)
        notices.register(
            "payments.contract-written", _("Your contract for %(title)s is there, version %(version)s.")
        )
        notices.register(
            "payments.invoice-issued", _("Invoice %(number)s over %(amount)s is due on %(due_on)s.")
        )
        notices.register(
            "payments.credit-note", _("Credit note %(number)s over %(amount)s was issued on %(due_on)s.")
        )
        notices.register("payments.refund-paid", _("%(amount)s of %(title)s were given back to you."))
        notices.register("payments.payout-due", _("The buyer of %(title)s has paid: you get %(amount)s."))
