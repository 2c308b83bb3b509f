"""A plan as people look at it: rows of machines with their runs, and flows between places.

The one shape behind every Gantt and flow map, whether it comes from a plan that may be chosen or from runs
that are booked. What the audience may not know is not in it.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from django.core.cache import cache
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from marketplace.accounts.models import Site
from marketplace.accounts.places import place_name
from marketplace.disclosure.place import city_point
from marketplace.orders.models import Operation, OrderDrop
from marketplace.planning.goods import Goods, goods_of
from marketplace.planning.models import PlanRun
from marketplace.planning.runs import labels_of, runs_of
from marketplace.planning.stored import stored_plan
from matching.problem import MachineId, Problem
from scheduling.plan import Plan

KEPT_S = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A run; `quantity` in `unit`. `state` is planned, offered, booked, running, done or declined."""

    run: str
    row: str
    operation: str
    starts_at: datetime
    ends_at: datetime
    quantity: int
    unit: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A machine of a factory, under the names the audience may know."""

    key: str
    factory: str
    machine: str
    stage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A point of the map; `kind` is factory or drop."""

    key: str
    name: str
    kind: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Everything of one item that goes from one place to another; `quantity` in `unit`."""

    from_place: str
    to_place: str
    item: str
    unit: str
    quantity: int
    num_trips: int
    first_departs_at: datetime
    last_arrives_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One departure of goods between two places; `quantity` in `unit`."""

    from_place: str
    to_place: str
    item: str
    unit: str
    departs_at: datetime
    arrives_at: datetime
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """`rows` in order of stage, then factory; `bars` by start; goods of several kinds share a trip of `num_trips`."""

    starts_at: datetime
    ends_at: datetime
    due_at: datetime
    rows: tuple[Row, ...]
    bars: tuple[Bar, ...]
    places: tuple[Place, ...]
    flows: tuple[Flow, ...]
    num_trips: int


def neutral_name(letter: str, city: str) -> str:
    return _("Factory %(letter)s, %(city)s") % {"letter": letter, "city": place_name(city)}


def picture_before_contract(run: PlanRun) -> Picture:
    """A finished plan as its buyer sees it before there is a contract: neutral names, places at city level.

    What was stored does not change, and reading it takes a while: the picture is kept for each language.
    """
    key = f"plan-picture:{run.public_id}:{get_language()}"
    return cast(Picture, cache.get_or_set(key, lambda: _drawn(run), timeout=KEPT_S))


def _drawn(run: PlanRun) -> Picture:
    problem, plan = stored_plan(run)
    labels = labels_of(problem, plan)
    sites = {
        site.public_id: site for site in Site.objects.filter(public_id__in=[s.id for s in problem.sites])
    }
    names = {
        str(s.id): neutral_name(labels[s.enterprise], sites[s.id].city)
        for s in problem.sites
        if s.enterprise in labels and s.id in sites
    }
    operations = {operation.code: operation for operation in run.order.product.operations.all()}
    rows, bars = _rows_and_bars(problem, plan, names=names, operations=operations)
    drops = {drop.public_id: drop for drop in run.order.drops.all()}
    moves = _moves(problem, plan, names=names, goods=goods_of(run.order.product))
    trip_units = problem.transport.trip_units
    end = max([bar.ends_at for bar in bars] + [run.epoch + timedelta(minutes=run.finish_min or 0)])
    return Picture(
        starts_at=run.epoch,
        ends_at=end,
        due_at=run.order.due_at,
        rows=rows,
        bars=bars,
        places=tuple(_places(names, sites=sites, drops=drops.values())),
        flows=tuple(flows_of(moves, trip_units=trip_units)),
        num_trips=count_trips(moves, trip_units=trip_units),
    )


def _rows_and_bars(
    problem: Problem, plan: Plan, *, names: dict[str, str], operations: dict[str, Operation]
) -> tuple[tuple[Row, ...], tuple[Bar, ...]]:
    numbers: dict[str, int] = {}
    counts: dict[str, int] = defaultdict(int)
    rows: dict[str, tuple[int, Row]] = {}
    bars = []
    epoch = problem.epoch
    for draft in runs_of(problem, plan.lots):
        site = problem.machine_by_id[MachineId(draft.machine)].site
        factory, operation = names[site], operations[draft.operation]
        if draft.machine not in numbers:
            counts[factory] += 1
            numbers[draft.machine] = counts[factory]
        key = f"{factory} {numbers[draft.machine]}"
        if key not in rows:
            machine = _("machine %(number)s") % {"number": numbers[draft.machine]}
            row = Row(key=key, factory=factory, machine=machine, stage=operation.name)
            rows[key] = (operation.position, row)
        bars.append(
            Bar(
                run="",
                row=key,
                operation=operation.name,
                starts_at=epoch + timedelta(minutes=draft.start_min),
                ends_at=epoch + timedelta(minutes=draft.end_min),
                quantity=draft.quantity,
                unit=operation.unit,
                state="planned",
            )
        )
    ordered = sorted(rows.values(), key=lambda pair: (pair[0], pair[1].factory, pair[1].key))
    return tuple(row for _position, row in ordered), tuple(bars)


def _places(names: dict[str, str], *, sites: dict[str, Site], drops: Iterable[OrderDrop]) -> Iterable[Place]:
    for key, name in names.items():
        lat, lon = city_point(sites[key].lat, sites[key].lon)
        yield Place(key=name, name=name, kind="factory", lat=lat, lon=lon)
    for drop in drops:
        yield Place(key=drop.public_id, name=drop.name, kind="drop", lat=drop.lat, lon=drop.lon)


def _moves(problem: Problem, plan: Plan, *, names: dict[str, str], goods: dict[str, Goods]) -> list[Move]:
    epoch, finished = problem.epoch, goods[str(problem.products[0].final_item)]
    moves = [
        Move(
            from_place=names[t.from_site],
            to_place=names[t.to_site],
            item=goods[str(t.item or t.material)].name,
            unit=goods[str(t.item or t.material)].unit,
            departs_at=epoch + timedelta(minutes=t.depart_min),
            arrives_at=epoch + timedelta(minutes=t.arrive_min),
            quantity=t.quantity,
        )
        for t in plan.transfers
        if t.from_site != t.to_site
    ]
    moves += [
        Move(
            from_place=names[d.from_site],
            to_place=str(d.drop),
            item=finished.name,
            unit=finished.unit,
            departs_at=epoch + timedelta(minutes=d.depart_min),
            arrives_at=epoch + timedelta(minutes=d.arrive_min),
            quantity=d.quantity,
        )
        for d in plan.deliveries
    ]
    return moves


def flows_of(moves: Iterable[Move], *, trip_units: int | None) -> list[Flow]:
    """Sum moves by way and item; goods that leave together share trips of `trip_units` pieces."""
    ways: dict[tuple[str, str, str], list[Move]] = defaultdict(list)
    for move in moves:
        ways[move.from_place, move.to_place, move.item].append(move)
    return [
        Flow(
            from_place=way[0],
            to_place=way[1],
            item=way[2],
            unit=group[0].unit,
            quantity=sum(move.quantity for move in group),
            num_trips=count_trips(group, trip_units=trip_units),
            first_departs_at=min(move.departs_at for move in group),
            last_arrives_at=max(move.arrives_at for move in group),
        )
        for way, group in ways.items()
    ]


def count_trips(moves: Iterable[Move], *, trip_units: int | None) -> int:
    """Trips of `trip_units` pieces (None: one takes all) for each departure on each way, whatever the goods."""
    load: dict[tuple[str, str, datetime], int] = defaultdict(int)
    for move in moves:
        load[move.from_place, move.to_place, move.departs_at] += move.quantity
    return sum(1 if trip_units is None else -(-units // trip_units) for units in load.values())
