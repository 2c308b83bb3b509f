"""What the sandbox keeps: accounts, payment pages, payments, transfers, refunds, one balance, and the events of it all."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import stripe
from stripe.params import (
    AccountCreateParams,
    AccountLinkCreateParams,
    RefundCreateParams,
    TransferCreateParams,
)
from stripe.params.checkout import SessionCreateParams

from tests.payments.stripe_sandbox.types import WrongParams, check_params

Object = dict[str, Any]
DAY_S = 86_400
IDS = count()  # over all sandboxes: an id names one object of one of them


class No(Exception):
    """A refusal with Stripe's code."""

    def __init__(self, code: str, text: str = "", status: int = 400) -> None:
        super().__init__(text or code)
        self.code, self.status = code, status


@dataclass
class Sandbox:
    """Not Stripe. `balance` is in cents by currency; `faults` are what befalls the next requests, first come first."""

    objects: dict[str, Object] = field(default_factory=dict)
    events: list[Object] = field(default_factory=list)
    answers: dict[str, tuple[str, int, Object]] = field(default_factory=dict)
    balance: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    refunds_are_slow: bool = False
    calls: list[tuple[str, str]] = field(default_factory=list)
    _ids: Any = field(default_factory=lambda: IDS)

    def of(self, kind: str) -> list[Object]:
        return [one for one in self.objects.values() if one["object"] == kind]

    def post(self, path: str, params: Object, *, key: str) -> tuple[int, Object]:
        """Answer a POST; the same key with the same parameters gives the first answer again."""
        self.calls.append((path, key))
        fingerprint = json.dumps([path, params], sort_keys=True)
        if key in self.answers:
            before, status, body = self.answers[key]
            if before != fingerprint:
                return 400, _error("idempotency_error", "This key came with other parameters.")
            return status, body
        if path not in _CREATE:
            return 404, _error("resource_missing", path)
        kind, make = _CREATE[path]
        try:
            check_params(kind, params)
            body = make(self, params)
        except WrongParams as error:
            return 400, _error("parameter_unknown", str(error), param=error.param)
        except No as error:
            return error.status, _error(error.code, str(error))
        self.answers[key] = (fingerprint, 200, json.loads(json.dumps(body)))
        return 200, body

    def get(self, path: str, params: Object) -> tuple[int, Object]:
        *_start, kind, last = path.split("/")
        if last in ("transfers", "refunds"):
            found = [
                one
                for one in self.of(last[:-1])
                if all(one.get(k) == v for k, v in params.items() if k != "limit")
            ]
            return 200, {"object": "list", "data": found, "has_more": False, "url": path}
        found = self.objects.get(last)
        if found is None:
            return 404, _error("resource_missing", f"No such {kind}: {last}")
        if "payment_intent" in params.get("expand", []) and found.get("payment_intent"):
            found = {**found, "payment_intent": self.objects[found["payment_intent"]]}
        return 200, found

    # what people do on Stripe's pages, and what time does

    def pay(self, session_id: str) -> None:
        """The buyer pays the whole sum of a page."""
        session = self.objects[session_id]
        assert session["status"] == "open", session
        intent = self._add(
            "payment_intent", "pi", amount=session["amount_total"], amount_received=session["amount_total"],
            currency=session["currency"], status="succeeded", **session["intent_data"],
        )  # fmt: skip
        session |= {
            "status": "complete",
            "payment_status": "paid",
            "payment_intent": intent["id"],
            "url": None,
        }
        self._move(intent["currency"], intent["amount"])
        for kind, about in (
            ("payment_intent.created", intent),
            ("charge.succeeded", {"id": f"ch_{next(self._ids)}", "object": "charge"}),
            ("payment_intent.succeeded", intent),
            ("checkout.session.completed", session),
        ):
            self._tell(kind, about)

    def expire(self, session_id: str) -> None:
        self.objects[session_id] |= {"status": "expired", "url": None}
        self._tell("checkout.session.expired", self.objects[session_id])

    def onboard(self, account_id: str) -> None:
        self.objects[account_id] |= {
            "payouts_enabled": True,
            "charges_enabled": True,
            "details_submitted": True,
        }
        self._tell("account.updated", self.objects[account_id], account=account_id)

    def settle_refund(self, refund_id: str, *, status: str = "succeeded") -> None:
        refund = self.objects[refund_id]
        refund["status"] = status
        if status == "failed":
            refund["failure_reason"] = "expired_or_canceled_card"
            self._move(refund["currency"], refund["amount"])
        self._tell("refund.failed" if status == "failed" else "refund.updated", refund)

    def reverse(self, transfer_id: str, cents: int | None = None) -> None:
        """Take a part of a transfer back, or all that is left of it. What came back adds up; `reversed` is all of it."""
        transfer = self.objects[transfer_id]
        left = transfer["amount"] - transfer["amount_reversed"]
        cents = left if cents is None else cents
        assert 0 < cents <= left, transfer
        transfer["amount_reversed"] += cents
        transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
        self._move(transfer["currency"], cents)
        self._tell("transfer.reversed", transfer)

    def tell_again(self, kind: str, about: Object) -> None:
        """Another event about what was told before."""
        self._tell(kind, about)

    def another_intent(self, intent_id: str) -> str:
        """A second payment for what that one has paid."""
        first = self.objects[intent_id]
        again = {name: value for name, value in first.items() if name not in ("id", "object", "created")}
        again.pop("livemode", None)
        second = self._add("payment_intent", "pi", **again)
        self._move(second["currency"], second["amount"])
        self._tell("payment_intent.succeeded", second)
        return str(second["id"])

    # making objects

    def make_account(self, params: Object) -> Object:
        account = self._add(
            "account", "acct", country=params["country"], metadata=params.get("metadata", {}),
            payouts_enabled=False, charges_enabled=False, details_submitted=False,
        )  # fmt: skip
        self._tell("account.updated", account, account=account["id"])
        return account

    def make_link(self, params: Object) -> Object:
        self._known(params["account"], "account")
        now = int(time.time())
        return {
            "object": "account_link",
            "created": now,
            "expires_at": now + 300,
            "url": "https://connect.invalid/setup",
        }

    def make_session(self, params: Object) -> Object:
        amounts = [
            (int(one["quantity"]) * int(one["price_data"]["unit_amount"]), one["price_data"]["currency"])
            for one in params["line_items"]
        ]
        total = sum(amount for amount, _currency in amounts)
        _require_amount(total, amounts[0][1])
        return self._add(
            "checkout.session", "cs", status="open", payment_status="unpaid", mode=params["mode"], amount_total=total,
            currency=amounts[0][1], metadata=params.get("metadata", {}), intent_data=params.get("payment_intent_data", {}),
            payment_intent=None, url="https://checkout.invalid/pay", expires_at=int(time.time()) + DAY_S,
        )  # fmt: skip

    def make_transfer(self, params: Object) -> Object:
        amount, currency = int(params["amount"]), params["currency"]
        _require_amount(amount, currency)
        if not self._known(params["destination"], "account")["payouts_enabled"]:
            raise No("insufficient_capabilities_for_transfer")
        self._move(currency, -amount)
        transfer = self._add(
            "transfer", "tr", amount=amount, currency=currency, destination=params["destination"], reversed=False,
            amount_reversed=0, metadata=params.get("metadata", {}), transfer_group=params.get("transfer_group"),
        )  # fmt: skip
        self._tell("transfer.created", transfer)
        return transfer

    def make_refund(self, params: Object) -> Object:
        intent = self._known(params["payment_intent"], "payment_intent")
        amount = int(params.get("amount", intent["amount_received"]))
        given = sum(
            one["amount"]
            for one in self.of("refund")
            if one["payment_intent"] == intent["id"] and one["status"] != "failed"
        )
        if amount > intent["amount_received"] - given:
            raise No("charge_already_refunded")
        _require_amount(amount, intent["currency"])
        self._move(intent["currency"], -amount)
        refund = self._add(
            "refund", "re", amount=amount, currency=intent["currency"], payment_intent=intent["id"],
            metadata=params.get("metadata", {}), status="pending" if self.refunds_are_slow else "succeeded",
        )  # fmt: skip
        self._tell("refund.created", refund)
        self._tell("charge.refunded", {"id": f"ch_{next(self._ids)}", "object": "charge"})
        return refund

    def _add(self, kind: str, prefix: str, **values: Any) -> Object:
        made = {
            "id": f"{prefix}_{next(self._ids):06d}",
            "object": kind,
            "created": int(time.time()),
            "livemode": False,
            **values,
        }
        self.objects[made["id"]] = made
        return made

    def _known(self, object_id: str, kind: str) -> Object:
        found = self.objects.get(object_id)
        if found is None or found["object"] != kind:
            raise No("resource_missing", f"No such {kind}: {object_id}", 404)
        return found

    def _move(self, currency: str, cents: int) -> None:
        if self.balance.get(currency, 0) + cents < 0:
            raise No("balance_insufficient", "You have insufficient available funds")
        self.balance[currency] = self.balance.get(currency, 0) + cents

    def _tell(self, kind: str, about: Object, *, account: str = "") -> None:
        event = {
            "id": f"evt_{next(self._ids):06d}", "object": "event", "type": kind, "created": int(time.time()),
            "livemode": False, "api_version": stripe.api_version, "data": {"object": json.loads(json.dumps(about))},
        }  # fmt: skip
        self.events.append(event | ({"account": account} if account else {}))


def signed(event: Object, *, secret: str, stamp: int | None = None) -> tuple[bytes, str]:
    """Body and `Stripe-Signature` of a webhook."""
    body = json.dumps(event)
    return body.encode(), stripe.WebhookSignature.generate_signature_header(body, secret, stamp)


def _require_amount(cents: int, currency: str) -> None:
    if not 1 <= cents <= 99_999_999:
        raise No("amount_too_small" if cents < 1 else "amount_too_large")
    if currency not in {"cny", "eur", "usd"}:
        raise No("parameter_invalid_currency")


def _error(code: str, text: str, **more: str) -> Object:
    kind = "idempotency_error" if code == "idempotency_error" else "invalid_request_error"
    return {"error": {"type": kind, "code": code, "message": text, **more}}


_CREATE: dict[str, tuple[type, Callable[[Sandbox, Object], Object]]] = {
    "/v1/accounts": (AccountCreateParams, Sandbox.make_account),
    "/v1/account_links": (AccountLinkCreateParams, Sandbox.make_link),
    "/v1/checkout/sessions": (SessionCreateParams, Sandbox.make_session),
    "/v1/transfers": (TransferCreateParams, Sandbox.make_transfer),
    "/v1/refunds": (RefundCreateParams, Sandbox.make_refund),
}
