"""The one door to Stripe. Nothing else imports its package.

Calls are made once: repeating them is the outbox's work, under the idempotency key it gives. An answer that says no is
`Refused` (nothing happened); anything else that is no answer is `Unanswered` (it may have happened).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, cast

import stripe
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from marketplace.common.checks import is_storable_text
from marketplace.common.errors import InvalidInput

TOLERANCE_S = 300  # of a webhook's age; never 0, which the package takes for no limit
AHEAD = timedelta(seconds=30)  # as far as clocks of two good servers may be apart
MOST_CENTS = 99_999_999  # Stripe takes at most eight digits
RETRY_CODES = frozenset({"lock_timeout", "idempotency_key_in_use", "rate_limit"})

Shown = dict[str, Any]
"""An object of Stripe as plain values."""


class Refused(Exception):
    """Stripe said no: nothing happened. `code` is Stripe's."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code


class Unanswered(Exception):
    """No answer, or one that does not say whether it happened."""


class ForgedEvent(InvalidInput):
    """The signature does not fit, or there is none."""

    code = "payments:forged-event"


class StaleEvent(InvalidInput):
    """The signature fits and is older than five minutes: somebody plays it again."""

    code = "payments:stale-event"


class FutureEvent(InvalidInput):
    """The stamp lies ahead of our clock."""

    code = "payments:future-event"


class WrongMode(InvalidInput):
    """An event of test mode for live keys, or the other way round."""

    code = "payments:wrong-mode"


class UnreadableEvent(InvalidInput):
    """Signed, and not of the form of an event."""

    code = "payments:unreadable-event"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """That something happened to an object; `account` is that of a connected factory, else empty."""

    event_id: str
    kind: str
    object_id: str
    account: str
    stamped_at: datetime


def is_enabled() -> bool:
    return bool(settings.STRIPE_SECRET_KEY)


def is_live() -> bool:
    return str(settings.STRIPE_SECRET_KEY).startswith(("sk_live_", "rk_live_"))


def create(kind: str, params: Mapping[str, Any], *, key: str) -> Shown:
    """Send a call of this kind (StripeCall.Kind) under its idempotency key. Raises `Refused` or `Unanswered`."""
    v1 = _client().v1
    make: Any = {
        "account": v1.accounts.create,
        "account-link": v1.account_links.create,
        "checkout": v1.checkout.sessions.create,
        "transfer": v1.transfers.create,
        "refund": v1.refunds.create,
    }[kind]
    return _asked(lambda: make(params=dict(params), options={"idempotency_key": key}))


def fetch(kind: str, object_id: str) -> Shown:
    """How an object (account, session, intent, transfer or refund) is now. Raises `Refused` or `Unanswered`."""
    v1 = _client().v1
    look: Any = {
        "account": v1.accounts.retrieve,
        "session": v1.checkout.sessions.retrieve,
        "intent": v1.payment_intents.retrieve,
        "transfer": v1.transfers.retrieve,
        "refund": v1.refunds.retrieve,
    }[kind]
    params = {"expand": ["payment_intent"]} if kind == "session" else {}
    return _asked(lambda: look(object_id, params=params))


def find(kind: str, params: Mapping[str, Any]) -> Shown | None:
    """The transfer or refund that an old call of unknown end has made, by the metadata it carried, or None."""
    v1 = _client().v1
    if kind == "transfer":
        rows = _asked(lambda: v1.transfers.list({"transfer_group": params["transfer_group"], "limit": 100}))
    elif kind == "refund":
        rows = _asked(lambda: v1.refunds.list({"payment_intent": params["payment_intent"], "limit": 100}))
    else:
        return None  # a second page or account of this kind moves no money
    return next((row for row in rows["data"] if row.get("metadata") == params["metadata"]), None)


def read_event(payload: bytes, *, signature: str, real_now: datetime) -> Told:
    """What a webhook tells. Raises `ForgedEvent`, `StaleEvent`, `FutureEvent`, `UnreadableEvent` or `WrongMode`."""
    try:
        stripe.WebhookSignature.verify_header(payload, signature, settings.STRIPE_WEBHOOK_SECRET, None)
        stamp = next(part[2:] for part in signature.split(",") if part.startswith("t="))
        stamped_at = datetime.fromtimestamp(int(stamp), tz=UTC)
    except (
        stripe.SignatureVerificationError,
        UnicodeDecodeError,
        StopIteration,
        ValueError,
        OverflowError,
    ) as error:
        raise ForgedEvent(_("The signature does not fit."), field="Stripe-Signature") from error
    if stamped_at < real_now - timedelta(seconds=TOLERANCE_S):
        raise StaleEvent(_("This event is too old."), field="Stripe-Signature")
    if stamped_at > real_now + AHEAD:
        raise FutureEvent(_("This event is stamped in the future."), field="Stripe-Signature")
    return _told(payload)


def _told(payload: bytes) -> Told:
    try:
        event = json.loads(payload)
        told = Told(
            event_id=_text(event["id"]),
            kind=_text(event["type"]),
            object_id=_text(event["data"]["object"].get("id", "")),
            account=_text(event.get("account") or ""),
            stamped_at=datetime.fromtimestamp(event["created"], tz=UTC),
        )
        is_live_event = event["livemode"]
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise UnreadableEvent(_("This is no event."), field="body") from error
    if is_live_event is not is_live():
        raise WrongMode(_("This event is of another mode than our keys."), field="livemode")
    return told


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > 120 or not is_storable_text(value):
        raise ValueError(repr(value)[:80])
    return value


def _asked(call: Any) -> Shown:
    try:
        return cast(Shown, call().to_dict())
    except stripe.StripeError as error:
        status = error.http_status or 0
        is_no = 400 <= status < 500 and status not in {408, 409, 424, 429} and error.code not in RETRY_CODES
        if is_no and not isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
            raise Refused(error.code or type(error).__name__, str(error)[:200]) from error
        raise Unanswered(f"{type(error).__name__} {status}: {error}"[:400]) from error


@cache
def _client_for(key: str, base: str, timeout_s: float) -> stripe.StripeClient:
    return stripe.StripeClient(
        key,
        base_addresses={"api": base},
        max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=timeout_s),
    )


def _client() -> stripe.StripeClient:
    return _client_for(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE, settings.STRIPE_TIMEOUT_S)
