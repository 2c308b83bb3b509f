"""What of a deal's runs stands at a moment: their lots counted from it, less what is lost."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from marketplace.trading.facts import Facts
from marketplace.trading.models import Deal, Disturbance, Run
from marketplace.trading.told import Made, begun_in_fact
from matching.parse_work import read_lot
from matching.problem import Lot, LotId
from scheduling.position import made_ahead, shortened

STANDING = (Run.Status.BOOKED, Run.Status.OFFERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLots:
    """A run with its lots in minutes from an epoch: as booked, and what is left of them after a loss; `made` is None
    where nobody has begun it, `ahead` are pieces that were made of lots whose time is not over, `doubted` those of all
    told that are not believed."""

    run: Run
    booked: tuple[Lot, ...]
    left: tuple[Lot, ...]
    made: Made | None = None
    ahead: Mapping[LotId, int] = field(default_factory=dict)
    doubted: int = 0

    @property
    def is_pinned(self) -> bool:
        return self.run.is_pinned

    @property
    def pins(self) -> dict[LotId, Lot]:
        """The lots that are going on or to come, each with what is to come of it."""
        to_come = ((lot, lot.quantity - self.ahead.get(lot.id, 0)) for lot in self.left if lot.end_min > 0)
        return {lot.id: replace(lot, quantity=pieces) for lot, pieces in to_come if pieces}

    @property
    def done_early(self) -> list[Lot]:
        """Lots that were made before their time is over."""
        pins = self.pins
        return [lot for lot in self.left if lot.end_min > 0 and lot.id not in pins]

    def found(self, facts: Facts) -> "RunLots":
        """With what was found when the deal was planned anew."""
        left = shortened(self.left, by=facts.short.get(self.run.pk, 0))
        ahead = made_ahead(left, good=facts.counted(self.run.pk))
        return replace(self, left=left, ahead=ahead, doubted=facts.doubted.get(self.run.pk, 0))

    def made_of(self, lot: Lot) -> int:
        """Pieces of a lot whose time is not over that are made by now."""
        known = 0 if self.made is None else self.made.good - self.doubted
        return max(self.ahead.get(lot.id, 0), made_ahead(self.left, good=known).get(lot.id, 0))

    @property
    def begun(self) -> frozenset[LotId]:
        """The lots of which pieces were made by now, or the first where the run has begun without any yet."""
        if self.made is None:
            return frozenset()
        return frozenset(lot.id for lot in begun_lots(self.left, made=self.made.good - self.doubted))

    @property
    def running(self) -> frozenset[LotId]:
        """The lots to come of a run that has begun, in fact or by its time: its machine goes on from one to the next."""
        has_begun = self.made is not None or any(lot.start_min < 0 for lot in self.left)
        return frozenset(self.pins) if has_begun else frozenset()


def minute_of(moment: datetime, *, epoch: datetime) -> int:
    """Whole minutes, rounded down."""
    return (moment - epoch) // timedelta(minutes=1)


def lots_at(run: Run, *, epoch: datetime) -> tuple[Lot, ...]:
    """The run's lots in minutes from an epoch. They are stored from the epoch of the plan they came with."""
    lots = [read_lot(lot) for lot in run.lots]
    if not lots:
        return ()
    shift = minute_of(run.starts_at, epoch=epoch) - min(lot.start_min for lot in lots)
    return tuple(
        replace(lot, start_min=lot.start_min + shift, end_min=lot.end_min + shift)
        for lot in sorted(lots, key=lambda lot: lot.start_min)
    )


def cut(lots: Sequence[Lot], *, made: int) -> tuple[Lot, ...]:
    """The lots that made the first `made` pieces; minute 0 is now, and nothing of them is still to come.

    What was made ahead of the plan is in the last of them; where none should have begun, the first is over now.
    """
    kept: list[Lot] = []
    for lot in lots:
        quantity = min(lot.quantity, made)
        if quantity == 0 or lot.start_min >= 0:
            break
        kept.append(replace(lot, quantity=quantity, end_min=min(lot.end_min, 0)))
        made -= quantity
    if made and kept:
        kept[-1] = replace(kept[-1], quantity=kept[-1].quantity + made)
    elif made and lots:
        kept = [replace(lots[0], start_min=-1, setup_min=0, end_min=0, quantity=made)]
    return tuple(kept)


def begun_lots(lots: Iterable[Lot], *, made: int) -> tuple[Lot, ...]:
    """The lots that made the first `made` pieces; the first where there are none yet."""
    begun: list[Lot] = []
    for lot in lots:
        if begun and made <= 0:
            break
        begun.append(lot)
        made -= lot.quantity
    return tuple(begun)


def standing_runs(deal: Deal, *, epoch: datetime, lost: Mapping[int, int]) -> list[RunLots]:
    """Booked and offered runs by start. Two queries.

    `lost` are pieces made so far by run key, of runs that make no more; one that was closed short makes no more either.
    """
    runs = list(
        Run.objects.filter(package__deal=deal, status__in=STANDING)
        .select_related("equipment__site", "operation", "package__enterprise")
        .order_by("starts_at", "pk")
    )
    told = begun_in_fact([run.pk for run in runs])
    found = []
    for run in runs:
        booked, made = lots_at(run, epoch=epoch), told.get(run.pk)
        if run.pk in lost:
            left = cut(booked, made=min(lost[run.pk], run.quantity))
        elif made is not None and made.is_closed and made.good < run.quantity:
            left = cut(booked, made=made.good)
        else:
            left = booked
        found.append(RunLots(run=run, booked=booked, left=left, made=made))
    return found


def lost_by(disturbances: Iterable[Disturbance], *, at: datetime) -> dict[int, int]:
    """Keys of the runs that make no more because of these, with the good pieces that count: the newest that was told."""
    lost: dict[int, int] = {}
    for one in disturbances:
        if one.kind in (Disturbance.Kind.DECLINED, Disturbance.Kind.DISPLACED) or one.run is None:
            continue
        lost[one.run.pk] = one.made or 0
        if one.kind == Disturbance.Kind.MACHINE_DOWN:
            lost = dict.fromkeys(_on_the_machine(one, at=at), 0) | lost
    made = begun_in_fact(list(lost))
    return {pk: max(pieces, made[pk].good if pk in made else 0) for pk, pieces in lost.items()}


def _on_the_machine(one: Disturbance, *, at: datetime) -> list[int]:
    """Keys of the deal's runs that were to begin on a machine while it is down."""
    assert one.run is not None
    more = Run.objects.filter(
        package__deal=one.deal_id, status__in=STANDING, equipment=one.run.equipment_id, starts_at__gte=at
    )
    if one.closed_until is not None:
        more = more.filter(starts_at__lt=one.closed_until)
    return list(more.values_list("pk", flat=True))
