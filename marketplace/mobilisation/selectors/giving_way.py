"""Before and after: what would give way to a rated order by a plan, to which date, and who bears how much of it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count

from marketplace.orders.models import Order
from marketplace.planning.models import PlanRun
from marketplace.trading.models import Deal, Disturbance, Run
from marketplace.trading.services.foresee import Foreseen, foreseen_by
from marketplace.trading.services.precedence import displaced_runs, turns_of_buyers

PENDING = Foreseen(is_known=False, arrives_at=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderThatGivesWay:
    """`promised_at` is its date now; `foreseen` what a re-plan would make of it, as far as that is known."""

    order: Order
    promised_at: datetime
    foreseen: Foreseen
    runs: tuple[Run, ...]

    @property
    def expected_at(self) -> datetime | None:
        return self.foreseen.arrives_at

    @property
    def delay_min(self) -> int | None:
        """Minutes later than promised, 0 where the promise holds; None as long as there is no date."""
        if self.expected_at is None:
            return None
        return max(0, (self.expected_at - self.promised_at) // timedelta(minutes=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """An enterprise that bears a part; `machine_min` are booked minutes that go, `times_before` runs that went before,
    these ones not among them.
    """

    name: str
    is_buyer: bool
    num_runs: int
    machine_min: int
    times_before: int

    @property
    def machine_h(self) -> float:
        return round(self.machine_min / 60, 1)


def giving_way(plan: PlanRun) -> list[OrderThatGivesWay]:
    """By promise. For callers whose viewer may see the plan; three queries."""
    foreseen = foreseen_by(plan)
    by_deal: dict[int, list[Run]] = defaultdict(list)
    deals: dict[int, Deal] = {}
    for run in displaced_runs(plan).order_by("starts_at", "pk"):
        by_deal[run.package.deal_id].append(run)
        deals[run.package.deal_id] = run.package.deal
    promises = _promises(deals.values(), plan)
    rows = [
        OrderThatGivesWay(
            order=deal.order,
            promised_at=promises[pk],
            foreseen=foreseen.get(deal.order_id, PENDING),
            runs=tuple(by_deal[pk]),
        )
        for pk, deal in deals.items()
    ]
    return sorted(rows, key=lambda row: (row.promised_at, row.order.pk))


def bearers(rows: Sequence[OrderThatGivesWay]) -> list[Bearer]:
    """Factories and buyers, who bears most first; three queries."""
    factories, buyers = _factory_turns(), turns_of_buyers()
    gone = _gone(run for row in rows for run in row.runs)
    found = [
        *_added(((run.package.enterprise, run, factories) for row in rows for run in row.runs), gone=gone),
        *_added(
            ((row.order.buyer, run, buyers) for row in rows for run in row.runs), gone=gone, is_buyer=True
        ),
    ]
    return sorted(found, key=lambda one: (-one.machine_min, one.is_buyer, one.name))


def _gone(runs: Iterable[Run]) -> set[int]:
    """Keys of those that gave way already: the plan was committed."""
    displaced = Disturbance.objects.filter(kind=Disturbance.Kind.DISPLACED, run__in=list(runs))
    return {pk for pk in displaced.values_list("run_id", flat=True) if pk is not None}


def _added(parts: Iterable[tuple], *, gone: set[int], is_buyer: bool = False) -> list[Bearer]:  # type: ignore[type-arg]
    listed = list(parts)
    return [
        Bearer(
            name=enterprise.name,
            is_buyer=is_buyer,
            num_runs=sum(1 for one, _run, _turns in listed if one == enterprise),
            machine_min=sum(
                (run.ends_at - run.starts_at) // timedelta(minutes=1)
                for one, run, _turns in listed
                if one == enterprise
            ),
            times_before=turns.get(enterprise.pk, 0)
            - sum(1 for one, run, _turns in listed if one == enterprise and run.pk in gone),
        )
        for enterprise, turns in {one: turns for one, _run, turns in listed}.items()
    ]


def _factory_turns() -> dict[int, int]:
    return dict(
        Disturbance.objects.filter(kind=Disturbance.Kind.DISPLACED)
        .order_by()
        .values_list("run__equipment__enterprise_id")
        .annotate(times=Count("id"))
    )


def _promises(deals: Iterable[Deal], plan: PlanRun) -> dict[int, datetime]:
    """By key of the deal, as they stood before the plan was committed, once it is. One query."""
    displaced = Disturbance.objects.filter(
        deal__in=deals, kind=Disturbance.Kind.DISPLACED, run__public_id__in=plan.displaced
    )
    kept = displaced.order_by("noticed_at", "id").values_list("deal_id", "facts__promised_at")
    return {deal.pk: deal.promised_at for deal in deals} | {
        pk: datetime.fromisoformat(promised) for pk, promised in kept if promised
    }
