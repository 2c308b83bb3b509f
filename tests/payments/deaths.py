"""Workers that die or fall asleep in the middle of a row, without any code of theirs to tidy up."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from marketplace.payments import run
from marketplace.payments.models import StripeCall, StripeEvent

DEATHS = ("leased", "answered", "booked")


class Died(BaseException):
    """kill -9: nothing catches it."""


@contextmanager
def dying(when: str) -> Iterator[None]:
    """Within, the worker dies once it has leased its row, once Stripe has answered, or once all but its end is written."""
    gateway, effects, inbox = run.stripe_gateway, run.effects, run.inbox
    create, fetch, finish, look_at = gateway.create, gateway.fetch, effects.finish_call, run.look_at
    close = inbox.close_event

    def die(*_args: object, **_kwargs: object) -> None:
        raise Died

    def then_die(ask: Callable) -> Callable:
        def asked(*args: object, **kwargs: object) -> None:
            ask(*args, **kwargs)
            raise Died

        return asked

    if when == "leased":
        gateway.create, run.look_at = die, die
    elif when == "answered":
        gateway.create, gateway.fetch = then_die(create), then_die(fetch)
    else:
        effects.finish_call, inbox.close_event = die, die
    try:
        with suppress(Died):
            yield
    finally:
        gateway.create, gateway.fetch, effects.finish_call = create, fetch, finish
        inbox.close_event, run.look_at = close, look_at


@contextmanager
def falling_asleep(naps: list[Callable[[], object]]) -> Iterator[None]:
    """Within, what a worker has to write when Stripe has answered a call is kept for later, past its lease."""
    effects = run.effects
    finish = effects.finish_call

    def sleep(call: StripeCall, shown: dict, **rest: object) -> bool:
        naps.append(lambda: finish(call, shown, **rest))
        return False

    effects.finish_call = sleep
    try:
        yield
    finally:
        effects.finish_call = finish


def left_lying() -> tuple[list[StripeCall], list[StripeEvent]]:
    """Rows whose worker is gone."""
    calls = StripeCall.objects.filter(state=StripeCall.State.RUNNING).order_by("pk")
    events = StripeEvent.objects.filter(state=StripeEvent.State.RUNNING).order_by("pk")
    return list(calls), list(events)
