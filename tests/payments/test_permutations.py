"""One order's life by card, a hundred times otherwise: answers lost, events doubled, late, out of order or never sent,
workers that die or sleep in the middle of a row, pages that expire, a price that falls, transfers taken back in part.

The sandbox is not Stripe. Whatever happens on the way, the end is the same to the cent, and each effect was had once.
"""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, transaction

from marketplace.common.clock import real_now
from marketplace.common.errors import DomainError
from marketplace.payments import run, services
from marketplace.payments.ledger import balances
from marketplace.payments.models import (
    Charge,
    ConnectedAccount,
    Entry,
    Invoice,
    Payout,
    Refund,
    StripeCall,
    StripeEvent,
)
from marketplace.payments.models.movement import MovementStatus
from marketplace.payments.oracles import open_faults
from marketplace.payments.services import documents
from tests.builders import NOW
from tests.payments.agreed import Agreed, an_agreed_order
from tests.payments.cards import deliver, look, send
from tests.payments.changes import answered, offered
from tests.payments.deaths import DEATHS, dying, falling_asleep
from tests.payments.stripe_sandbox import Sandbox
from tests.payments.stripe_sandbox.server import FAULTS

SEEDS = 100
GROUPS = 5
LOST, DOUBLED, FAULTY = 0.25, 0.3, 0.4  # shares of events that never come, come twice; of calls that go wrong
DIES, SLEEPS = 0.15, 0.1  # of workers
MANY = 900  # steps; an order's life takes about a hundred and thirty
FOR_EVER = ("transfer", "refund")  # calls whose key may say 500 for ever: what they made can be looked up
BACK = (10_000, 5_001)  # cents of the first transfer that Stripe takes back, one after the other

pytestmark = pytest.mark.django_db


class Life:
    """What can happen next is decided by a seed; what has happened is read from the rows and the sandbox."""

    def __init__(self, seed: int, sandbox: Sandbox, cashier, agreed: Agreed) -> None:
        self.dice, self.sandbox, self.cashier, self.agreed = random.Random(seed), sandbox, cashier, agreed
        self.steps = [
            self.connect,
            self.deposit,
            self.offer,
            self.accept,
            self.bill,
            self.cheaper,
            self.settle,
            self.credit,
            self.take_back,
            self.take_back,
            self.refund,
        ]
        self.back = list(BACK)
        self.naps: list = []
        self.seen: Counter[str] = Counter()
        self.accepted = [100, 100, 200, 150, 300, 50, 300]
        self.dice.shuffle(self.accepted)
        sandbox.refunds_are_slow = self.dice.random() < 0.5

    @property
    def order(self):
        return self.agreed.order

    def live(self) -> None:
        """Until nothing can happen any more; lost events are made up for by looking again."""
        for _step in range(MANY):
            happens = self.next_happening()
            if happens is not None:
                happens()
            elif not self.look_again():
                return
        waiting = [step.__name__ for step in self.steps]
        raise AssertionError(f"this life does not end: {waiting}, {self.end()}")

    def next_happening(self):
        """One of those of the first kind that has any; nobody asks for the others. Of machines there are more."""
        machines = (self.calls, self.events, self.told)
        people = (
            self.woken, self.pages, self.failed, self.given_up, self.onboarded, self.given_back, self.steps_of_people
        )  # fmt: skip
        for kind in dict.fromkeys(self.dice.sample([*machines * 3, *people], k=len(people) + 9)):
            if happenings := kind():
                return self.dice.choice(happenings)
        return None

    # what can happen, by whom it is done

    def calls(self) -> list:
        """Those that wait, and those whose worker is gone."""
        open_ = [StripeCall.State.QUEUED, StripeCall.State.RUNNING]
        found = StripeCall.objects.filter(state__in=open_).order_by("pk")
        return [lambda call=call: self.send(call) for call in found]

    def events(self) -> list:
        open_ = [StripeEvent.State.QUEUED, StripeEvent.State.RUNNING]
        found = StripeEvent.objects.filter(state__in=open_).order_by("pk")
        return [lambda event=event: self.look(event) for event in found]

    def told(self) -> list:
        return [lambda event=event: self.tell(event) for event in self.sandbox.events]

    def woken(self) -> list:
        return [lambda nap=nap: self.wake(nap) for nap in self.naps]

    def pages(self) -> list:
        """Stripe's, of which we know."""
        pages = [one["id"] for one in self.sandbox.of("checkout.session") if one["status"] == "open"]
        if not pages:
            return []
        known = Charge.objects.filter(order=self.order, session_id__in=pages)
        return [lambda page=page: self.at_page(page) for page in known.values_list("session_id", flat=True)]

    def failed(self) -> list:
        if not any(one["amount_reversed"] for one in self.sandbox.of("transfer")):
            return []
        found = Payout.objects.filter(order=self.order, status=MovementStatus.FAILED)
        return [lambda payout=payout: self.pay_again(payout) for payout in found]

    def given_up(self) -> list:
        found = StripeCall.objects.filter(state=StripeCall.State.DEAD)
        return [lambda call=call: self.revive(call) for call in found]

    def onboarded(self) -> list:
        new = [one["id"] for one in self.sandbox.of("account") if not one["payouts_enabled"]]
        return [lambda account=account: self.sandbox.onboard(account) for account in new]

    def given_back(self) -> list:
        pending = [one["id"] for one in self.sandbox.of("refund") if one["status"] == "pending"]
        return [lambda refund=refund: self.sandbox.settle_refund(refund) for refund in pending]

    def steps_of_people(self) -> list:
        return self.steps[:1]

    def send(self, call: StripeCall) -> None:
        if self.dice.random() < FAULTY:
            self.seen["call went wrong"] += 1
            faults = [one for one in FAULTS if one != "after-500" or call.kind in FOR_EVER]
            self.sandbox.faults.append(self.dice.choice(faults))
        fate = self.dice.random()
        if fate < DIES:
            with dying(self.doom("call")):
                send(call)
        elif fate < DIES + SLEEPS:
            with falling_asleep(self.naps):
                send(call)
        else:
            send(call)
        self.sandbox.faults.clear()

    def look(self, event: StripeEvent) -> None:
        if self.dice.random() < DIES:
            with dying(self.doom("event")):
                look(event)
        else:
            look(event)

    def wake(self, nap) -> None:
        """A worker goes on where it fell asleep; its lease may be over, and its call done by another."""
        self.naps.remove(nap)
        self.seen["woke too late" if nap() is False else "woke in time"] += 1

    def doom(self, of: str) -> str:
        when = self.dice.choice(DEATHS)
        self.seen[f"died over a {of}, {when}"] += 1
        return when

    def at_page(self, page: str) -> None:
        """The buyer pays; of the deposit's page it may let the time go by."""
        charge = Charge.objects.get(session_id=page)
        if charge.kind == Charge.Kind.DEPOSIT and self.dice.random() < 0.3:
            self.seen["page expired"] += 1
            self.sandbox.expire(page)
        else:
            self.sandbox.pay(page)

    def revive(self, call: StripeCall) -> None:
        """A person comes by the next day."""
        self.a_day_later()
        services.revive_call(by=self.cashier, public_id=call.public_id)

    def pay_again(self, payout: Payout) -> None:
        """What Stripe took back goes out by the bank."""
        services.pay_by_transfer(by=self.cashier, payout_public_id=payout.public_id)
        services.confirm_payout(
            by=self.cashier, payout_public_id=payout.public_id, draft=a_line(payout), now=NOW
        )

    def tell(self, event: dict) -> None:
        """What we refuse is told again later, as Stripe does: an account may speak before we know its id."""
        if self.dice.random() >= DOUBLED:
            self.sandbox.events.remove(event)
        if self.dice.random() < LOST:
            self.seen["event lost"] += 1
            return
        status, answer = deliver(event)
        if status != 200:
            assert answer["error"]["code"] == "payments:unknown-account"
            self.sandbox.events = [*(one for one in self.sandbox.events if one is not event), event]

    def look_again(self) -> bool:
        """A while later; whether anything was left to be found."""
        before = (StripeCall.objects.count(), Entry.objects.count(), len(self.steps), self.unready())
        self.a_day_later()
        run.look_again()
        after = (StripeCall.objects.count(), Entry.objects.count(), len(self.steps), self.unready())
        return before != after or bool(self.steps) or self.next_happening() is not None

    def a_day_later(self) -> None:
        """Everything may be looked at again, and keys are forgotten. Nobody sleeps that long."""
        for nap in self.naps[:]:
            self.wake(nap)
        late = real_now() - timedelta(hours=25)
        for model in (Charge, Refund, ConnectedAccount, Payout):
            model.objects.update(looked_at=late)
        StripeCall.objects.filter(kind__in=FOR_EVER, first_sent_at__isnull=False).update(first_sent_at=late)

    def unready(self) -> int:
        return ConnectedAccount.objects.filter(payouts_enabled=False).count()

    # what buyer, factories, delivery and staff do, each once and in this order

    def connect(self) -> None:
        for factory in self.agreed.factories:
            services.connect_stripe(viewer=factory, real_now=real_now())
        self.steps.pop(0)

    def deposit(self) -> None:
        services.pay_deposit(viewer=self.agreed.buyer, order_public_id=self.order.public_id, now=NOW)
        self.steps.pop(0)

    def accept(self) -> None:
        total = self.accepted.pop()
        services.accept_delivery(
            order_id=self.order.pk, key=f"receipt-{total}", accepted_total=total, now=NOW
        )
        if not self.accepted:
            self.steps.pop(0)

    def bill(self) -> None:
        services.issue_invoice(order_public_id=self.order.public_id, now=NOW)
        self.steps.pop(0)

    def offer(self) -> None:
        """The second factory is to get 5,000 less by a change: until it answers, all is earned as it was agreed."""
        first, second = self.agreed.factories
        offered(self.agreed, pays={first: 60_000, second: 35_001})
        self.steps.pop(0)

    def cheaper(self) -> None:
        """It accepts after the invoice, and so the buyer pays less: a credit note."""
        answered(self.agreed)
        services.write_contracts(deal_public_id=self.agreed.deal.public_id, now=NOW)
        self.steps.pop(0)

    def settle(self) -> None:
        """The buyer pays the rest by card, once its deposit has come or not, and factories can be paid at Stripe."""
        deposit = self.order.charges.get(kind=Charge.Kind.DEPOSIT)
        if deposit.status not in (Charge.Status.PAID, Charge.Status.EXPIRED) or self.unready():
            self.wait()
            return
        invoice = Invoice.objects.get(order=self.order, credits=None)
        try:
            services.pay_invoice_by_card(
                viewer=self.agreed.buyer, invoice_public_id=invoice.public_id, now=NOW
            )
        except DomainError as refusal:
            raise AssertionError(refusal.code) from refusal
        self.steps.pop(0)

    def credit(self) -> None:
        invoice = Invoice.objects.get(order=self.order, credits=None)
        services.credit_invoice(
            by=self.cashier, invoice_public_id=invoice.public_id, net_cents=1_000, reason="late", now=NOW
        )
        self.steps.pop(0)

    def take_back(self) -> None:
        """Once both are made and we know of it, somebody at Stripe takes parts of the first transfer back."""
        by_amount = {one["amount"]: one["id"] for one in self.sandbox.of("transfer")}
        if len(by_amount) < 2 or self.order.payouts.filter(transfer_id="", again_for=None).exists():
            self.wait()
            return
        self.sandbox.reverse(by_amount[60_000], self.back.pop(0))
        self.steps.pop(0)

    def wait(self) -> None:
        self.a_day_later()
        run.look_again()

    def refund(self) -> None:
        """Once the rest is paid the credit note is money of the buyer's."""
        if services.free_credit(self.order) < 1_130:
            self.wait()
            return
        services.refund_credit(
            by=self.cashier, order_public_id=self.order.public_id, amount_cents=1_130, now=NOW
        )
        self.steps.pop(0)

    def end(self) -> tuple:
        """The same for every life."""
        names = {self.agreed.buyer.enterprise_id: "buyer", None: "platform"}
        names |= {one.enterprise_id: f"factory {n}" for n, one in enumerate(self.agreed.factories)}
        cents = {(kind, names[pk]): sum_ for (kind, pk), sum_ in balances(self.order).items() if sum_}
        of_order = {"order": self.order}
        return (
            sorted(cents.items()),
            sorted(Invoice.objects.filter(**of_order).values_list("status", "total_cents")),
            self.payouts(),
            sorted(Refund.objects.filter(**of_order).values_list("status", "amount_cents")),
            sum(Charge.objects.filter(**of_order).values_list("received_cents", flat=True)),
            set(Charge.objects.filter(**of_order).values_list("status", flat=True)) - {"expired"},
        )

    def payouts(self) -> dict[tuple[str, str], int]:
        """Cents by status and method: two parts that came back may be seen at once, and are one row then."""
        sums: dict[tuple[str, str], int] = {}
        for one in Payout.objects.filter(order=self.order):
            sums[one.status, one.method] = sums.get((one.status, one.method), 0) + one.amount_cents
        return sums


def a_line(payout: Payout) -> services.BankDraft:
    return services.BankDraft(
        bank_id=payout.public_id, amount_cents=payout.amount_cents, currency="CNY", booked_on=NOW.date()
    )


CAME = 118_651 - 5_650  # the invoice, less what a cheaper deal took off
SENT, GIVEN = 60_000 + 35_001, 1_130
BOOKED = {
    ("stripe", "platform"): CAME - SENT - GIVEN + sum(BACK),
    ("bank", "platform"): -sum(BACK),
    ("tax", "platform"): -13_650 + 650 + 130,
    ("transport", "platform"): -5_000,
    ("allowance", "platform"): 1_000,
}
END = (
    sorted(BOOKED.items()),
    [("credited", 1_130), ("credited", 5_650), ("paid", 118_651)],
    {("paid", "stripe"): SENT, ("paid", "transfer"): sum(BACK)},
    [("paid", 1_130)],
    CAME,
    {"paid"},
)


HAPPENED = {
    *(f"died over a {of}, {when}" for of in ("call", "event") for when in DEATHS),
    *("woke too late", "woke in time", "page expired", "call went wrong", "event lost"),
    *("1 parts came back", "2 parts came back"),
}


@pytest.mark.slow
@pytest.mark.parametrize("group", range(GROUPS))
def test_a_hundred_orders_of_events_end_in_one_state_to_the_cent(group, sandbox, cashier, monkeypatch):
    """The order is agreed once for all lives; what an invoice looks like on paper is another test's."""
    monkeypatch.setattr(documents, "render_pdf", lambda _template, data: repr(sorted(data)).encode())
    agreed = an_agreed_order(pays=(60_000, 40_001), transport=5_000)
    services.write_contracts(deal_public_id=agreed.deal.public_id, now=NOW)
    seen: Counter[str] = Counter()
    for seed in range(group, SEEDS, GROUPS):
        with _a_new_world(sandbox):
            life = Life(seed, sandbox, cashier, agreed)
            life.live()
            assert life.end() == END, f"seed {seed}"
            assert open_faults() == [], f"seed {seed}"
            _require_one_object_for_each_effect(sandbox, seed)
            seen += life.seen
            seen[f"{life.order.payouts.exclude(again_for=None).count()} parts came back"] += 1
    assert set(seen) >= HAPPENED, f"a hundred lives in which nothing goes wrong prove nothing: {seen}"


@contextmanager
def _a_new_world(sandbox: Sandbox) -> Iterator[None]:
    """Behind the same address, and without rows of lives before; what a commit would check is checked."""
    Sandbox.__init__(sandbox)
    with transaction.atomic():
        yield
        connection.check_constraints()
        transaction.set_rollback(True)


def _require_one_object_for_each_effect(sandbox: Sandbox, seed: int) -> None:
    made = {
        kind: sandbox.of(kind)
        for kind in ("account", "checkout.session", "payment_intent", "transfer", "refund")
    }
    counts = {kind: len(found) for kind, found in made.items()}
    intents = [one["id"] for one in made["payment_intent"]]
    paid = Charge.objects.filter(intent_id__in=intents).count()
    assert counts == {
        "account": 2, "checkout.session": 2, "payment_intent": paid, "transfer": 2, "refund": 1
    }, f"seed {seed}"  # fmt: skip
    for found in made.values():
        effects = [str(one["metadata"] if "metadata" in one else one["intent_data"]) for one in found]
        assert len(effects) == len(set(effects)), f"seed {seed}"
    captured = sum(one["amount_received"] for one in made["payment_intent"])
    released = sum(one["amount"] for one in made["transfer"])
    refunded = sum(one["amount"] for one in made["refund"])
    back = sum(one["amount_reversed"] for one in made["transfer"])
    assert back == sum(BACK), f"seed {seed}"
    assert captured - released - refunded + back == sandbox.balance["cny"] == CAME - SENT - GIVEN + back
