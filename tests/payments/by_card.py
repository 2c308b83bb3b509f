"""What befalls money by card, one word each: accounts onboarded, a deposit, delivered and invoiced, paid on its page."""

from marketplace.common.clock import real_now
from marketplace.payments import services
from marketplace.payments.models import Charge, Invoice
from tests.builders import NOW
from tests.payments.cards import work_off


def onboarded(sandbox, agreed) -> None:
    for factory in agreed.factories:
        services.connect_stripe(viewer=factory, real_now=real_now())
    work_off(sandbox)
    for account in sandbox.of("account"):
        sandbox.onboard(account["id"])
    work_off(sandbox)


def deposit(agreed) -> Charge:
    return services.pay_deposit(viewer=agreed.buyer, order_public_id=agreed.order.public_id, now=NOW)


def delivered(agreed) -> Invoice:
    services.accept_delivery(
        order_id=agreed.order.pk, key="all", accepted_total=agreed.order.quantity, now=NOW
    )
    return services.issue_invoice(order_public_id=agreed.order.public_id, now=NOW)


def paid(sandbox, charge: Charge) -> None:
    work_off(sandbox)
    charge.refresh_from_db()
    sandbox.pay(charge.session_id)
    work_off(sandbox)
