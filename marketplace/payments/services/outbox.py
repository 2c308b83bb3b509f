"""Calls to Stripe as rows: written with the change that wants them, leased, repeated until their end is known."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Person
from marketplace.common import leases
from marketplace.common.clock import real_now
from marketplace.common.errors import NotFound
from marketplace.common.jobs import start_after_commit
from marketplace.payments.errors import NotDue
from marketplace.payments.models import StripeCall
from marketplace.payments.services.settlers import require_settler

SEND_TASK = "payments.send_call"
LEASE = timedelta(seconds=120)  # longer than a call may take
FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(hours=1)
MAX_ATTEMPTS = 24  # somewhat more than half a day
KEYS_LAST = timedelta(hours=20)  # Stripe forgets a key after 24 hours; later we look before we send

State = StripeCall.State


def queue_call(kind: str, *, subject: str, params: dict[str, object]) -> StripeCall:
    """Write a call in the caller's transaction; a worker sends it once that is committed."""
    call = StripeCall.objects.create(kind=kind, subject=subject, params=params, next_at=real_now())
    start_after_commit(SEND_TASK, call.public_id)
    return call


@transaction.atomic
def lease_call(*, public_id: str) -> StripeCall | None:
    """Give a call that is due to the calling worker, under a new fencing token; None if there is nothing to do."""
    now = real_now()
    call = leases.lock_free(StripeCall.objects.filter(public_id=public_id), now=now, due=Q(next_at__lte=now))
    if call is None:
        return None
    if call.state == State.RUNNING and call.attempts >= MAX_ATTEMPTS:
        _bury(call, now=now)
        return None
    leases.take(call, now=now, lease=LEASE)
    return call


def _bury(call: StripeCall, *, now: datetime) -> None:
    """Every worker that took it has died over it: a person looks at it."""
    call.state, call.lease_until, call.finished_at = State.DEAD, None, now
    call.error = call.error or "no worker came to an end with it"
    call.save(update_fields=["state", "lease_until", "finished_at", "error"])


def is_key_old(call: StripeCall) -> bool:
    """Stripe may have forgotten its key: whether it happened must be looked up first."""
    return call.first_sent_at is not None and call.first_sent_at < real_now() - KEYS_LAST


def note_sending(call: StripeCall) -> None:
    StripeCall.objects.filter(pk=call.pk, first_sent_at=None).update(first_sent_at=real_now())


def close_call(call: StripeCall, *, state: str, object_id: str = "", error: str = "") -> bool:
    """Write the end of a call under its token; False if another worker has it by now. Within the caller's transaction."""
    return bool(
        leases.held(call).update(
            state=state, object_id=object_id, error=error, lease_until=None, finished_at=real_now()
        )
    )


def close_by_event(*, kind: str, subject: str, object_id: str) -> None:
    """An event showed what a call has made whose answer never came: there is nothing more to send."""
    unanswered = [State.QUEUED, State.RUNNING, State.DEAD]
    StripeCall.objects.filter(kind=kind, subject=subject, state__in=unanswered).update(
        state=State.DONE, object_id=object_id, error="", lease_until=None, finished_at=real_now()
    )


def postpone_call(call: StripeCall, *, error: str) -> None:
    """Nobody knows whether it happened: the same call goes out again later, or to the list of the dead."""
    ours = leases.held(call)
    if call.attempts >= MAX_ATTEMPTS:
        ours.update(state=State.DEAD, error=error, lease_until=None, finished_at=real_now())
        return
    ours.update(
        state=State.QUEUED,
        error=error,
        lease_until=None,
        next_at=real_now() + wait_before(attempt=call.attempts),
    )


def wait_before(*, attempt: int) -> timedelta:
    """Doubling from two seconds to an hour."""
    waits: int = 2 ** (attempt - 1)
    return min(LONGEST_WAIT, FIRST_WAIT * waits)


@transaction.atomic
def revive_call(*, by: Person, public_id: str) -> None:
    """A person has a dead call sent again, under the same key. Raises `NotDue` for one that is not dead."""
    require_settler(by)
    call = StripeCall.objects.select_for_update(no_key=True).filter(public_id=public_id).first()
    if call is None:
        raise NotFound(_("There is no such call."))
    if call.state != State.DEAD:
        raise NotDue(_("Only a call that was given up can be sent again."))
    call.state, call.attempts, call.next_at, call.finished_at = State.QUEUED, 0, real_now(), None
    call.save(update_fields=["state", "attempts", "next_at", "finished_at"])
    start_after_commit(SEND_TASK, call.public_id)


def due_calls(*, now: datetime) -> list[str]:
    """Public ids of calls that wait for nothing but a worker, oldest first. `now` is real time."""
    due = leases.free(StripeCall.objects.order_by("pk"), now=now, due=Q(next_at__lte=now))
    return list(due.values_list("public_id", flat=True)[:200])
