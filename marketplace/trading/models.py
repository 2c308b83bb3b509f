"""Agreeing: a chosen plan, one package of runs for each factory, and the way of the goods between them."""

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Enterprise, Person, Site
from marketplace.capacity.models import Equipment, TakenTime
from marketplace.common.ids import PublicIdField
from marketplace.common.money import CentsField
from marketplace.orders.models import Operation, Order, OrderDrop
from marketplace.planning.models import PlanRun


class Deal(models.Model):
    """The buyer's choice of a plan for an order. At most one deal of an order is alive."""

    class Status(models.TextChoices):
        OFFERING = "offering", _("waiting for factories")
        REPLANNING = "replanning", _("the declined rest is being re-planned")
        CHANGED = "changed", _("changed: waiting for the buyer's consent")
        AGREED = "agreed", _("agreed: all runs are booked")
        FAILED = "failed", _("not agreed")

    public_id = PublicIdField("dea")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="deals")
    plan_run = models.ForeignKey(PlanRun, on_delete=models.PROTECT, related_name="deals")
    proposed_run = models.ForeignKey(  # the re-plan that waits for the buyer's consent
        PlanRun, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    agreed_run = models.ForeignKey(  # the plan in force when every run was booked last
        PlanRun, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OFFERING)
    chosen_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    chosen_at = models.DateTimeField()  # business time
    net_cents = CentsField()
    currency = models.CharField(max_length=3)
    promised_at = models.DateTimeField()  # last arrival, business time
    reason = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)  # counts what was agreed, first and after every change

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=~Q(status="failed"), name="one_living_deal_per_order"
            )
        ]


class Package(models.Model):
    """All runs of a deal at one factory: one offer, answered whole or by run."""

    class Status(models.TextChoices):
        OFFERED = "offered", _("waiting for your answer")
        ACCEPTED = "accepted", _("accepted")
        PARTLY = "partly", _("accepted in part")
        DECLINED = "declined", _("declined")
        EXPIRED = "expired", _("not answered in time")
        WITHDRAWN = "withdrawn", _("withdrawn")

    public_id = PublicIdField("pkg")
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="packages")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="packages")
    label = models.CharField(max_length=40)  # the neutral name shown to the buyer: "A", "B", … "AA"
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OFFERED)
    pay_cents = CentsField()
    currency = models.CharField(max_length=3)
    pay_on = models.DateField()
    answer_by = models.DateTimeField()  # business time
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=240, blank=True)
    gave_way_at = models.DateTimeField(null=True, blank=True)  # when the last run it was accepted with went
    gave_way_because = models.CharField(max_length=40, blank=True)  # a code of `trading.wording`

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deal", "enterprise"], condition=Q(status="offered"),
                                    name="one_open_package_per_factory"),
            models.CheckConstraint(
                condition=Q(gave_way_at=None, gave_way_because="")
                | Q(gave_way_at__isnull=False) & ~Q(gave_way_because=""),
                name="what_gave_way_says_why",
            ),
        ]  # fmt: skip

    @property
    def state(self) -> str:
        """As pages show it: its status, or what became of it since it was accepted."""
        if self.status not in (self.Status.ACCEPTED, self.Status.PARTLY):
            return self.status
        if self.deal.status == Deal.Status.FAILED:
            return self.Status.WITHDRAWN
        return "gave-way" if self.gave_way_at else self.status


class Run(models.Model):
    """Consecutive lots of one operation on one machine in one window under one set-up."""

    class Status(models.TextChoices):
        OFFERED = "offered", _("offered")
        BOOKED = "booked", _("booked")
        DECLINED = "declined", _("declined")
        REPLACED = "replaced", _("replaced by a new plan")
        DISPLACED = "displaced", _("displaced by a rated order")

    public_id = PublicIdField("run")
    package = models.ForeignKey(Package, on_delete=models.CASCADE, related_name="runs")
    equipment = models.ForeignKey(Equipment, on_delete=models.PROTECT, related_name="runs")
    operation = models.ForeignKey(Operation, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OFFERED)
    starts_at = models.DateTimeField()  # set-up included; business time
    ends_at = models.DateTimeField()
    setup_min = models.PositiveIntegerField(default=0)
    quantity = models.BigIntegerField()
    good_per_1000 = models.PositiveSmallIntegerField(default=1000)  # of pieces started; as planned
    is_pinned = models.BooleanField(default=False)  # a person wants it where it is: no re-plan moves it
    pay_cents = CentsField()
    lots = models.JSONField(default=list)  # lots of plan/1
    variant = models.JSONField(default=dict, blank=True)  # with the number range dealt to this run
    taken = models.OneToOneField(
        TakenTime, on_delete=models.SET_NULL, null=True, blank=True, related_name="run"
    )

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at"), quantity__gte=1), name="run_is_sane"
            )
        ]

    @property
    def batches(self) -> list[dict[str, Any]]:
        """Its lots in business time: each with its start, end and pieces."""
        first = min((lot["start_min"] for lot in self.lots), default=0)

        def moment(minute: int) -> datetime:
            return self.starts_at + timedelta(minutes=minute - first)

        return [
            {
                "starts_at": moment(lot["start_min"]),
                "ends_at": moment(lot["end_min"]),
                "quantity": lot["quantity"],
            }
            for lot in sorted(self.lots, key=lambda lot: lot["start_min"])
        ]


class Leg(models.Model):
    """Goods of a deal on a planned way: between two sites, or to a drop."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="legs")
    item = models.CharField(max_length=40)
    from_site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    to_site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    to_drop = models.ForeignKey(
        OrderDrop, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )  # a place goes only when an order is changed, of which nothing is agreed
    departs_at = models.DateTimeField()
    arrives_at = models.DateTimeField()
    quantity = models.BigIntegerField()

    class Meta:
        ordering = ["departs_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_site__isnull=False, to_drop=None) | Q(to_site=None, to_drop__isnull=False),
                name="leg_goes_to_a_site_or_a_drop",
            )
        ]


class Disturbance(models.Model):
    """What stands between an agreed plan and its promise: a run that cannot be made as booked.

    `cause` is a code with its words in `trading.wording`, `facts` fill them. `plan_run` is the re-plan that answers
    it; one re-plan may answer several of a deal. `closed_until` is when the machine is back, null: not known.
    """

    class Kind(models.TextChoices):
        MACHINE_DOWN = "machine_down", _("machine down")
        DECLINED = "declined", _("declined")
        LATE = "late", _("late")
        SHORT = "short", _("short")
        DISPLACED = "displaced", _("displaced by a rated order")
        MOVED = "moved", _("moved by a planner")

    class Status(models.TextChoices):
        OPEN = "open", _("open: being planned anew")
        PROPOSED = "proposed", _("a change is proposed")
        COMMITTED = "committed", _("committed")
        DISMISSED = "dismissed", _("dismissed")
        OVER = "over", _("over by itself")

    LIVING = (Status.OPEN, Status.PROPOSED)

    public_id = PublicIdField("dst")
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="disturbances")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, null=True, blank=True, related_name="disturbances")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    cause = models.CharField(max_length=40)
    facts = models.JSONField(default=dict, blank=True)
    noticed_at = models.DateTimeField()  # business time
    closed_until = models.DateTimeField(null=True, blank=True)
    made = models.BigIntegerField(
        null=True, blank=True
    )  # good pieces of the run that count; null: by telemetry
    plan_run = models.ForeignKey(
        PlanRun, on_delete=models.SET_NULL, null=True, blank=True, related_name="disturbances"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=240, blank=True)  # why it was dismissed

    class Meta:
        ordering = ["-noticed_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "kind"],
                condition=Q(status__in=["open", "proposed"]),
                name="one_living_disturbance_of_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["open", "proposed"], ended_at=None)
                | (~Q(status__in=["open", "proposed"]) & Q(ended_at__isnull=False)),
                name="a_disturbance_that_ended_has_a_time",
            ),
        ]
        indexes = [models.Index(fields=["deal", "status"], name="disturbances_of_a_deal")]


class DelayNotice(models.Model):
    """That a promise does not hold, confirmed to the buyer in writing: written once, in the words of then.

    `arrives_at` is the new date, null where it follows; the agreed one again where the delay is over. `facts` fill
    the document (`trading.delay_notice`).
    """

    public_id = PublicIdField("dly")
    deal = models.ForeignKey(Deal, on_delete=models.PROTECT, related_name="delay_notices")
    disturbance = models.ForeignKey(  # what it is about; none: the agreed date has passed
        Disturbance, on_delete=models.PROTECT, null=True, blank=True, related_name="delay_notices"
    )
    number = models.PositiveIntegerField()  # of the deal: 1, 2, 3, …
    agreed_at = models.DateTimeField()
    arrives_at = models.DateTimeField(null=True, blank=True)
    noticed_at = models.DateTimeField()  # business time
    due_at = models.DateTimeField()  # one working day later, by the buyer's calendar
    issued_at = models.DateTimeField()  # business time
    facts = models.JSONField()

    class Meta:
        ordering = ["deal", "number"]
        constraints = [
            models.UniqueConstraint(fields=["deal", "number"], name="delay_notices_are_numbered"),
        ]

    @property
    def is_delay(self) -> bool:
        return self.arrives_at is None or self.arrives_at > self.agreed_at


class DelayDocument(models.Model):
    """The bytes of a notice of delay as they were issued, in one language."""

    notice = models.ForeignKey(DelayNotice, on_delete=models.PROTECT, related_name="documents")
    language = models.CharField(max_length=10)
    sha256 = models.CharField(max_length=64)  # of `content`
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "language"], name="one_delay_document"),
        ]
