"""What workers do for payments."""

from celery import shared_task

from marketplace.common import clock
from marketplace.common.jobs import start_after_commit
from marketplace.common.periodic import periodic_task
from marketplace.payments import run, services, stripe_gateway
from marketplace.payments.services import inbox, outbox
from marketplace.payments.services.accept import BILL_TASK
from marketplace.payments.services.contracts import WRITE_TASK, deals_without_contracts
from marketplace.payments.services.invoicing import orders_to_bill


@shared_task(name="payments.write_contracts")  # type: ignore[untyped-decorator]
def write_contracts(deal_public_id: str) -> None:
    services.write_contracts(deal_public_id=deal_public_id, now=clock.now())


@shared_task(name="payments.bill")  # type: ignore[untyped-decorator]
def bill(order_public_id: str) -> None:
    services.issue_invoice(order_public_id=order_public_id, now=clock.now())


@shared_task(name="payments.send_call")  # type: ignore[untyped-decorator]
def send_call(public_id: str) -> None:
    run.send_call(public_id)


@shared_task(name="payments.look_at_event")  # type: ignore[untyped-decorator]
def look_at_event(pk: int) -> None:
    run.look_at_event(pk)


@periodic_task("payments.sweep")
def sweep() -> None:
    """Nudge again whatever a lost nudge left: contracts, invoices, calls, events."""
    for public_id in deals_without_contracts():
        start_after_commit(WRITE_TASK, public_id)
    for public_id in orders_to_bill(now=clock.now()):
        start_after_commit(BILL_TASK, public_id)
    if stripe_gateway.is_enabled():
        now = clock.real_now()
        for public_id in outbox.due_calls(now=now):
            start_after_commit(outbox.SEND_TASK, public_id)
        for pk in inbox.due_events(now=now):
            start_after_commit(inbox.LOOK_TASK, pk)
        run.look_again()
