"""Plans being made: each run of the solver is a row, and the row is the job."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Person
from marketplace.common.ids import PublicIdField
from marketplace.common.leases import Leased
from marketplace.orders.models import Order


class TransportTerms(models.Model):
    """How goods travel on the network; the newest row counts. Distances are great-circle times `detour_pct`."""

    km_per_h = models.PositiveIntegerField(default=55)
    handling_min = models.PositiveIntegerField(default=60)
    delivery_handling_min = models.PositiveIntegerField(default=120)  # the last way, to the buyer
    detour_pct = models.PositiveIntegerField(default=100)
    cents_per_tonne_km = models.PositiveIntegerField(default=0)
    cents_per_trip = models.PositiveIntegerField(default=0)
    trip_units = models.PositiveIntegerField(null=True, blank=True)  # pieces a truck takes; null: no limit
    departs_every_min = models.PositiveIntegerField(default=1)
    departs_at_min = models.PositiveIntegerField(default=0)  # minutes after midnight UTC of a first departure
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(km_per_h__gte=1, detour_pct__gte=100, departs_every_min__gte=1)
                & (Q(trip_units=None) | Q(trip_units__gte=1)),
                name="transport_terms_are_sane",
            )
        ]


class PlanRun(Leased):
    """One question to the solver and its answer.

    A worker owns a running row while `fencing_token` is the one it was given and `lease_until` (real time) is
    ahead; a result is written only under that token. `problem` and `plan` are in the contract's formats, with
    public ids as ids. Minutes count from `epoch`.
    """

    class Goal(models.TextChoices):
        FASTEST = "fastest", _("fastest")
        CHEAPEST = "cheapest", _("cheapest")

    class Kind(models.TextChoices):
        PLAN = "plan", _("plan")
        REPLAN = "replan", _("re-plan")
        PRECEDENCE = "precedence", _("plan with precedence")
        FORESIGHT = "foresight", _("what displaced work would become")

    CHANGES = (Kind.REPLAN, Kind.FORESIGHT)  # problems whose minute 0 is now, with goods that lie and travel

    class Status(models.TextChoices):
        QUEUED = "queued", _("waiting for a worker")
        RUNNING = "running", _("being solved")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("stopped")

    public_id = PublicIdField("pln")
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="plan_runs")
    requested_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    revision = models.PositiveIntegerField()  # of the order that is planned
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PLAN)
    goal = models.CharField(max_length=10, choices=Goal.choices)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    epoch = models.DateTimeField()  # business time of minute 0
    asked_at = models.DateTimeField()  # business time; nothing may start before the answers to it
    priced_on = models.CharField(
        max_length=40, blank=True
    )  # the occasion from which prices are capped; see price_caps
    problem = models.JSONField(null=True, blank=True)
    replaces = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    pins = models.JSONField(default=list, blank=True)  # lots of plan/1 that stand as they are
    refused = models.JSONField(default=list, blank=True)  # [machine id, start, end]: not offered again
    # of a re-plan, in minutes from `epoch`; see planning.change
    stock = models.JSONField(default=list, blank=True)  # the contract's stock: what lies or travels where
    remaining = models.JSONField(
        default=dict, blank=True
    )  # pieces still to be sent, by public id of the drop
    sent_arrives_min = models.IntegerField(
        null=True, blank=True
    )  # last arrival of what has left for the buyer
    facts = models.JSONField(default=dict, blank=True)  # what its asker wants to know again later
    in_force = models.JSONField(
        null=True, blank=True
    )  # plan/1: goods that have not left; promise and frozen lots
    closed = models.JSONField(
        default=list, blank=True
    )  # [machine id, start, end]: not there, only in that time
    freed = models.JSONField(default=list, blank=True)  # references of taken time that counts as free
    # of a plan with precedence; see scheduling.burdens
    displaceable = models.JSONField(default=list, blank=True)
    displaced = models.JSONField(default=list, blank=True)  # references of runs that have to go
    # of a foresight: the plan with precedence that would displace
    foreseen_for = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="foresights"
    )
    seed = models.PositiveIntegerField(default=1)
    time_limit_s = models.PositiveIntegerField(default=25)
    stop_requested = models.BooleanField(default=False)
    # progress: [seconds, objective, bound] triples, newest last
    progress = models.JSONField(default=list, blank=True)
    # the answer
    plan = models.JSONField(null=True, blank=True)
    plan_status = models.CharField(max_length=12, blank=True)  # scheduling.plan.Status
    finish_min = models.IntegerField(null=True, blank=True)  # last arrival
    cost_cents = models.BigIntegerField(null=True, blank=True)
    bound = models.FloatField(null=True, blank=True)
    gap_pct = models.FloatField(null=True, blank=True)
    num_enterprises = models.PositiveIntegerField(null=True, blank=True)
    num_trips = models.PositiveIntegerField(null=True, blank=True)
    relaxations = models.JSONField(default=list, blank=True)  # those of plan/1, where it is infeasible
    unsupported = models.JSONField(default=list, blank=True)  # fields the solver cannot honour yet
    naive_finish_min = models.IntegerField(null=True, blank=True)  # the naive award on the same problem
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)  # real time
    finished_at = models.DateTimeField(null=True, blank=True)  # real time

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="running") | Q(lease_until__isnull=False), name="running_plan_has_a_lease"
            ),
            models.CheckConstraint(
                condition=~Q(status="done") | Q(plan__isnull=False), name="done_plan_has_a_plan"
            ),
        ]
        indexes = [models.Index(fields=["status", "lease_until"])]

    @property
    def arrives_at(self) -> datetime | None:
        """The last arrival of a plan that is done; None as long as there is none."""
        if self.status != self.Status.DONE or self.finish_min is None:
            return None
        return self.epoch + timedelta(minutes=self.finish_min)
