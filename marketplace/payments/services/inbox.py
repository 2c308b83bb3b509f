"""Events of Stripe as rows: stored once, answered fast, looked at by a worker under a lease."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Person
from marketplace.common import leases
from marketplace.common.clock import real_now
from marketplace.common.errors import InvalidInput, NotFound
from marketplace.common.jobs import start_after_commit
from marketplace.payments.errors import NotDue
from marketplace.payments.models import ConnectedAccount, StripeEvent
from marketplace.payments.services.outbox import LEASE, MAX_ATTEMPTS, wait_before
from marketplace.payments.services.settlers import require_settler
from marketplace.payments.stripe_gateway import Told

LOOK_TASK = "payments.look_at_event"

State = StripeEvent.State


class UnknownAccount(InvalidInput):
    """An event of a connected account that is none of ours."""

    code = "payments:unknown-account"


@transaction.atomic
def store_event(told: Told) -> bool:
    """Keep an event that was read; False if it was there. Raises `UnknownAccount`."""
    if told.account and not ConnectedAccount.objects.filter(account_id=told.account).exists():
        raise UnknownAccount(_("This account is none of ours."), field="account")
    now = real_now()
    event, is_new = StripeEvent.objects.get_or_create(
        event_id=told.event_id,
        defaults={
            "kind": told.kind[:80],
            "object_id": told.object_id,
            "account": told.account,
            "stamped_at": told.stamped_at,
            "received_at": now,
            "next_at": now,
        },
    )
    if is_new:
        start_after_commit(LOOK_TASK, event.pk)
    return is_new


@transaction.atomic
def lease_event(*, pk: int) -> StripeEvent | None:
    now = real_now()
    event = leases.lock_free(StripeEvent.objects.filter(pk=pk), now=now, due=Q(next_at__lte=now))
    if event is None:
        return None
    if event.state == State.RUNNING and event.attempts >= MAX_ATTEMPTS:
        event.state, event.lease_until = State.DEAD, None
        event.error = event.error or "no worker came to an end with it"
        event.save(update_fields=["state", "lease_until", "error"])
        return None
    leases.take(event, now=now, lease=LEASE)
    return event


def close_event(event: StripeEvent, *, state: str, error: str = "") -> bool:
    """Write the end under the token; False if another worker has it by now."""
    return bool(leases.held(event).update(state=state, error=error, lease_until=None))


def postpone_event(event: StripeEvent, *, error: str) -> None:
    if event.attempts >= MAX_ATTEMPTS:
        close_event(event, state=State.DEAD, error=error)
        return
    leases.held(event).update(
        state=State.QUEUED,
        error=error,
        lease_until=None,
        next_at=real_now() + wait_before(attempt=event.attempts),
    )


@transaction.atomic
def revive_event(*, by: Person, event_id: str) -> None:
    """A person has what given-up news is about looked at again. Raises `NotDue` for news that was not given up."""
    require_settler(by)
    event = StripeEvent.objects.select_for_update(no_key=True).filter(event_id=event_id).first()
    if event is None:
        raise NotFound(_("There is no such news."))
    if event.state != State.DEAD:
        raise NotDue(_("Only news that was given up can be looked at again."))
    event.state, event.attempts, event.next_at = State.QUEUED, 0, real_now()
    event.save(update_fields=["state", "attempts", "next_at"])
    start_after_commit(LOOK_TASK, event.pk)


def due_events(*, now: datetime) -> list[int]:
    """Keys of events that wait for nothing but a worker, oldest first. `now` is real time."""
    due = leases.free(StripeEvent.objects.order_by("pk"), now=now, due=Q(next_at__lte=now))
    return list(due.values_list("pk", flat=True)[:200])
