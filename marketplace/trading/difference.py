"""What a finished re-plan changes in a deal: runs that stay, shrink or go, new ones, the date and the price."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction

from django.db.models import QuerySet

from marketplace.common.money import round_half_up
from marketplace.planning.models import PlanRun
from marketplace.planning.runs import RunDraft, runs_of
from marketplace.planning.stored import stored_plan
from marketplace.trading.facts import Facts, facts_of
from marketplace.trading.models import Deal, Disturbance, Leg, Run
from marketplace.trading.position import unsent_of
from marketplace.trading.standing import RunLots, lost_by, standing_runs
from matching.problem import Lot, OrderId, Problem
from scheduling.costs import costs_of
from scheduling.plan import Delivery, Plan, Transfer
from scheduling.plan_format import read_plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Shrunk:
    """A run that keeps its first lots: what was made, or what still can be. `lots` count from the plan's epoch."""

    run: Run
    lots: tuple[Lot, ...]

    @property
    def quantity(self) -> int:
        return sum(lot.quantity for lot in self.lots)

    @property
    def pay_cents(self) -> int:
        return round_half_up(Fraction(self.run.pay_cents * self.quantity, self.run.quantity))


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """`new` are runs as they would be offered; `kept_lots` ids of lots of the plan that need no offer. `has_begun` is
    set where work that would go has begun in fact, and `free_from_min` is when the first of it was to begin."""

    epoch: datetime
    kept: tuple[Run, ...]
    shrunk: tuple[Shrunk, ...]
    gone: tuple[Run, ...]
    new: tuple[RunDraft, ...]
    kept_lots: frozenset[str]
    arrives_at: datetime
    net_cents: int
    has_begun: bool = False
    free_from_min: int | None = None

    def is_outdated(self, *, now: datetime) -> bool:
        """What the re-plan took for work to come has begun since, or should have: its pieces would be made twice."""
        if self.has_begun or self.free_from_min is None:
            return self.has_begun
        return self.epoch + timedelta(minutes=self.free_from_min) <= now

    @property
    def num_changed(self) -> int:
        return len(self.shrunk) + len(self.gone) + len(self.new)


def difference(deal: Deal, run: PlanRun) -> Difference:
    """Of a re-plan that is done, for the disturbances it answers. The caller has shown that the deal is the viewer's."""
    problem, plan = stored_plan(run)
    living = list(Disturbance.objects.filter(plan_run=run).select_related("run__equipment"))
    facts = facts_of(run)
    lost = lost_by(living, at=run.epoch)
    standing = [each.found(facts) for each in standing_runs(deal, epoch=run.epoch, lost=lost)]
    planned = set(plan.lots)
    between = _new_starts(plan.lots, standing)
    kept, shrunk, gone, kept_lots = [], [], [], set[str]()
    free_from, has_begun = list[int](), False
    for each in standing:
        stays = _stays(each, planned=planned, between=between)
        free_from += [lot.start_min for lot in each.left[len(stays) :]]
        has_begun = has_begun or _has_begun(each, stays, facts=facts)
        kept_lots |= {str(name) for name in each.pins.keys() & {lot.id for lot in stays}}
        if stays == each.booked:
            kept.append(each.run)
        elif stays:
            shrunk.append(Shrunk(run=each.run, lots=stays))
        else:
            gone.append(each.run)
    new = runs_of(problem, plan.lots, without=frozenset(kept_lots))
    dropped = sum(run.pay_cents for run in gone) + sum(part.run.pay_cents - part.pay_cents for part in shrunk)
    declined = sum(
        one.run.pay_cents
        for one in living
        if one.run is not None and one.run.status in (Run.Status.DECLINED, Run.Status.DISPLACED)
    )
    return Difference(
        epoch=run.epoch,
        kept=tuple(kept),
        shrunk=tuple(shrunk),
        gone=tuple(gone),
        new=tuple(new),
        kept_lots=frozenset(kept_lots),
        arrives_at=run.epoch + timedelta(minutes=run.finish_min or 0),
        net_cents=deal.net_cents
        + sum(draft.pay_cents for draft in new)
        - dropped
        - declined
        + _transport(problem, plan, run, facts=facts, due=_due(deal, run)),
        has_begun=has_begun,
        free_from_min=min(free_from, default=None),
    )


def _new_starts(lots: Iterable[Lot], standing: Iterable[RunLots]) -> dict[str, list[int]]:
    """Starts of the lots that no run has yet, by machine. What is over is not in the plan, and its name may be again."""
    known = {name for each in standing for name in each.pins}
    starts: dict[str, list[int]] = defaultdict(list)
    for lot in lots:
        if lot.id not in known:
            starts[str(lot.machine)].append(lot.start_min)
    return starts


def _stays(each: RunLots, *, planned: set[Lot], between: Mapping[str, Iterable[int]]) -> tuple[Lot, ...]:
    """The first lots of a run that are over, or made, or in the plan as they were.

    What follows a hole is planned anew, and so is what follows a lot that was put between (a run may wait for goods
    between its lots): the time of a run is its own from its start to its end.
    """
    stays, pins = list[Lot](), each.pins
    for lot in each.left:
        is_cut = any(
            each.left[0].start_min <= at <= lot.start_min for at in between.get(str(lot.machine), ())
        )
        pin = pins.get(lot.id)
        if pin is not None and (pin not in planned or is_cut):
            return _with_made(stays, lot, pieces=each.made_of(lot))
        stays.append(lot)
    return tuple(stays)


def _with_made(stays: Sequence[Lot], lot: Lot, *, pieces: int) -> tuple[Lot, ...]:
    """What was made of a lot that goes is kept with the one before it, whose time was long enough for it."""
    if not pieces:
        return tuple(stays)
    if not stays:
        return (replace(lot, quantity=pieces),)
    return (*stays[:-1], replace(stays[-1], quantity=stays[-1].quantity + pieces))


def _has_begun(each: RunLots, stays: Sequence[Lot], *, facts: Facts) -> bool:
    """Of a run that changes: it was begun since the re-plan, or a lot was that goes."""
    if each.made is None or stays == each.booked:
        return False
    goes = each.left[len(stays) :]
    begun = any(lot.id in each.begun and lot.id not in each.ahead for lot in goes)
    return begun or each.run.pk not in facts.made


def _due(deal: Deal, run: PlanRun) -> QuerySet[Leg]:
    """Ways that should have left before the re-plan."""
    return deal.legs.filter(departs_at__lt=run.epoch).select_related("from_site", "to_site", "to_drop")


def _transport(problem: Problem, plan: Plan, run: PlanRun, *, facts: Facts, due: Iterable[Leg]) -> int:
    """Cents by which the ways cost more than those of the plan in force; of those due, what did not leave is unspent."""
    before = read_plan(json.dumps(run.in_force))
    order = OrderId(run.order.public_id)
    unsent = [
        unsent_of(leg, order=order, less=facts.gone, epoch=run.epoch)
        for leg in due
        if facts.gone.get(leg.pk, 0) < leg.quantity
    ]
    more = _ways(problem, plan.transfers, plan.deliveries) - _ways(
        problem,
        [*before.transfers, *(way for way in unsent if isinstance(way, Transfer))],
        [*before.deliveries, *(way for way in unsent if isinstance(way, Delivery))],
    )
    return round_half_up(more)


def _ways(problem: Problem, transfers: Iterable[Transfer], deliveries: Iterable[Delivery]) -> Fraction:
    known = set(problem.site_by_id)
    drops = {drop.id for order in problem.orders for drop in order.drops}
    costs = costs_of(
        problem,
        lots=(),
        transfers=[way for way in transfers if {way.from_site, way.to_site} <= known],
        deliveries=[load for load in deliveries if load.from_site in known and load.drop in drops],
    )
    return costs.transport + costs.trips
