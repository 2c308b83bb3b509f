"""What a finished re-plan changes in a deal: runs that stay, shrink or go, new ones, the date and the price."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.common.money import round_half_up
from marketplace.planning.models import PlanRun
from marketplace.planning.runs import RunDraft, runs_of
from marketplace.planning.stored import stored_plan
from marketplace.trading.facts import Facts, facts_of
from marketplace.trading.models import Deal, Disturbance, Leg, Run
from marketplace.trading.position import unsent_of
from marketplace.trading.standing import RunLots, lost_by, standing_runs
from matching.problem import Lot, LotId, OrderId, Problem
from scheduling.costs import costs_of
from scheduling.plan import Delivery, Plan, Transfer
from scheduling.plan_format import read_plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Shrunk:
    """A run that keeps what was made of it, or what still can be, from `starts_at` on. `lots` count from the plan's
    epoch. `is_cut`: some of them lack goods for what they were to make. `doubted` are told beside that."""

    run: Run
    lots: tuple[Lot, ...]
    starts_at: datetime
    is_cut: bool = False
    doubted: int = 0

    @property
    def quantity(self) -> int:
        return sum(lot.quantity for lot in self.lots)

    @property
    def pay_cents(self) -> int:
        return round_half_up(Fraction(self.run.pay_cents * self.quantity, self.run.quantity))


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """`new` are runs as they would be offered; `kept_lots` ids of lots of the plan that need no offer. `has_begun` is
    set where work that would go has begun in fact, and `free_from_min` is when the first of it was to begin;
    `is_pinned_by_now` where somebody has pinned such work since the re-plan."""

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
    is_pinned_by_now: bool = False

    def outdated_because(self, *, now: datetime) -> Promise | None:
        """What the re-plan took for work that may move has begun since, or should have, so that its pieces would be
        made twice; or a person wants it where it is. None where all is as it was."""
        is_time_over = (
            self.free_from_min is not None and self.epoch + timedelta(minutes=self.free_from_min) <= now
        )
        if self.has_begun or is_time_over:
            return _("Work that the change would move has begun meanwhile.")
        if self.is_pinned_by_now:
            return _("A run that the change would move has been pinned meanwhile.")
        return None

    @property
    def num_changed(self) -> int:
        return len(self.shrunk) + len(self.gone) + len(self.new)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A run: the first lots of it that stay, some cut short to the goods they get, and what goes to be planned anew."""

    of: RunLots
    stays: tuple[Lot, ...]
    goes: tuple[Lot, ...] = ()

    @property
    def is_whole(self) -> bool:
        return self.stays == self.of.booked

    @property
    def shrunk(self) -> Shrunk:
        """Later than before where its first lots have no goods at all."""
        later_min = max(0, self.stays[0].start_min - self.of.booked[0].start_min)
        starts_at = self.of.run.starts_at + timedelta(minutes=later_min)
        return Shrunk(
            run=self.of.run,
            lots=self.stays,
            starts_at=starts_at,
            is_cut=self.is_cut,
            doubted=self.of.doubted,
        )

    @property
    def is_cut(self) -> bool:
        """Some of what stays makes less than it was to."""
        were = self.of.left[: len(self.of.left) - len(self.goes)]
        return sum(lot.quantity for lot in self.stays) < sum(lot.quantity for lot in were)

    @property
    def pinned(self) -> set[str]:
        """Ids of the lots that stay and are in the plan."""
        return {str(name) for name in self.of.pins.keys() & {lot.id for lot in self.stays}}


def difference(deal: Deal, run: PlanRun) -> Difference:
    """Of a re-plan that is done, for the disturbances it answers. The caller has shown that the deal is the viewer's."""
    problem, plan = stored_plan(run)
    living = list(Disturbance.objects.filter(plan_run=run).select_related("run__equipment"))
    facts = facts_of(run)
    parts = _parts(deal, run, plan=plan, living=living, facts=facts)
    kept_lots = frozenset(name for part in parts for name in part.pinned)
    shrunk = [part.shrunk for part in parts if part.stays and not part.is_whole]
    gone = [part.of.run for part in parts if not part.stays and not part.is_whole]
    new = runs_of(problem, plan.lots, without=kept_lots)
    pay = _pay(new) - _pay(gone) - sum(part.run.pay_cents - part.pay_cents for part in shrunk)
    transport = _transport(problem, plan, run, facts=facts, due=_due(deal, run))
    return Difference(
        epoch=run.epoch,
        kept=tuple(part.of.run for part in parts if part.is_whole),
        shrunk=tuple(shrunk),
        gone=tuple(gone),
        new=tuple(new),
        kept_lots=kept_lots,
        arrives_at=run.epoch + timedelta(minutes=run.finish_min or 0),
        net_cents=deal.net_cents + pay - _pay(_refused(living)) + transport,
        has_begun=any(_has_begun(part, facts=facts) for part in parts),
        free_from_min=min((lot.start_min for part in parts for lot in part.goes), default=None),
        is_pinned_by_now=any(_is_pinned_by_now(part, frozen=_frozen(run)) for part in parts),
    )


def _parts(
    deal: Deal, run: PlanRun, *, plan: Plan, living: Iterable[Disturbance], facts: Facts
) -> list[_Part]:
    """The booked and offered runs of the deal, in the order of their starts."""
    lost = lost_by(living, at=run.epoch)
    standing = [each.found(facts) for each in standing_runs(deal, epoch=run.epoch, lost=lost)]
    planned, between = {lot.id: lot for lot in plan.lots}, _new_starts(plan.lots, standing)
    soon_min = run.in_force["notes"]["not_before_min"] if run.in_force else 0
    must = _frozen(run) | {lot.id for each in standing for lot in each.left if lot.start_min < soon_min}
    return [_part(each, planned=planned, between=between, must=must) for each in standing]


def _pay(runs: Iterable[Run | RunDraft]) -> int:
    return sum(run.pay_cents for run in runs)


def _refused(living: Iterable[Disturbance]) -> Iterable[Run]:
    """Runs that are disturbed because they are out already, declined or displaced; each once."""
    out = (Run.Status.DECLINED, Run.Status.DISPLACED)
    return {one.run.pk: one.run for one in living if one.run is not None and one.run.status in out}.values()


def _frozen(run: PlanRun) -> frozenset[str]:
    """Ids of the lots that the re-plan could not move."""
    return frozenset(run.in_force["notes"]["frozen"] if run.in_force else ())


def _new_starts(lots: Iterable[Lot], standing: Iterable[RunLots]) -> dict[str, list[int]]:
    """Starts of the lots that no run has yet, by machine. What is over is not in the plan, and its name may be again."""
    known = {name for each in standing for name in each.pins}
    starts: dict[str, list[int]] = defaultdict(list)
    for lot in lots:
        if lot.id not in known:
            starts[str(lot.machine)].append(lot.start_min)
    return starts


def _part(
    each: RunLots,
    *,
    planned: Mapping[LotId, Lot],
    between: Mapping[str, Iterable[int]],
    must: Collection[str],
) -> _Part:
    """The first lots of a run that are over, or made, or in the plan where they were, with what they make there.

    What follows a hole is planned anew, and so is what follows a lot that was put between (a run may wait for goods
    between its lots): the time of a run is its own from its start to its end. A lot that `must` stand and is not in the
    plan has no goods at all: nothing is made in its time, and that is no hole.
    """
    stays, pins = list[Lot](), each.pins
    for at, lot in enumerate(each.left):
        pin, now = pins.get(lot.id), planned.get(lot.id)
        first = stays[0] if stays else lot
        is_parted = any(
            first.start_min <= start <= lot.start_min for start in between.get(str(lot.machine), ())
        )
        if pin is None:
            stays.append(lot)
        elif now is None and lot.id in must and not is_parted:
            stays = list(_with_made(stays, lot, pieces=each.ahead.get(lot.id, 0)))
        elif now is None or (now.machine, now.start_min) != (pin.machine, pin.start_min) or is_parted:
            stays = list(_with_made(stays, lot, pieces=each.made_of(lot)))
            return _Part(of=each, stays=tuple(stays), goes=each.left[at:])
        else:
            less = pin.quantity - now.quantity
            stays.append(
                replace(lot, quantity=lot.quantity - less, end_min=now.end_min, setup_min=now.setup_min)
            )
    return _Part(of=each, stays=tuple(stays))


def _with_made(stays: Sequence[Lot], lot: Lot, *, pieces: int) -> tuple[Lot, ...]:
    """What was made of a lot that goes is kept with the one before it, whose time was long enough for it."""
    if not pieces:
        return tuple(stays)
    if not stays:
        return (replace(lot, quantity=pieces),)
    return (*stays[:-1], replace(stays[-1], quantity=stays[-1].quantity + pieces))


def _has_begun(part: _Part, *, facts: Facts) -> bool:
    """Of a run that changes: a lot of it was begun that goes, or it was begun at all since the re-plan where it makes no
    more. One that makes less may begin, but not make more than that."""
    each = part.of
    if each.made is None or part.is_whole:
        return False
    if part.is_cut and each.made.good - each.doubted > sum(lot.quantity for lot in part.stays):
        return True
    if part.goes:
        return any(lot.id in each.begun and lot.id not in each.ahead for lot in part.goes)
    return not part.is_cut and each.run.pk not in facts.made


def _is_pinned_by_now(part: _Part, *, frozen: Collection[str]) -> bool:
    """What goes of a pinned run could go when the re-plan was made: it was pinned since."""
    return part.of.is_pinned and any(lot.id not in frozen for lot in part.goes)


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
