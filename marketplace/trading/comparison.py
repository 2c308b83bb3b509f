"""A proposed change as its buyer looks at it: run by run before and after, with the reason of each."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from marketplace.accounts.places import place_name
from marketplace.capacity.models import Equipment
from marketplace.orders.models import Operation
from marketplace.planning.picture import Picture
from marketplace.planning.runs import RunDraft
from marketplace.trading.difference import Difference, Shrunk
from marketplace.trading.models import Deal, Disturbance, Run
from marketplace.trading.parties import parties_of_deal
from marketplace.trading.picture import picture_of_change
from marketplace.trading.rows import RunRow
from marketplace.trading.wording import cause_of

MOST_ROWS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A run before or after; times are business times."""

    starts_at: datetime
    ends_at: datetime
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """`kind` is shrunk, gone or new; a side that is not there is None; `unit` is what 1 of both sides is."""

    kind: str
    stage: str
    machine: str
    unit: str
    before: Side | None
    after: Side | None
    why: str | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`num_left_out` rows are not listed."""

    rows: tuple[ChangeRow, ...]
    num_left_out: int
    after: Picture
    num_kept: int


def comparison(
    deal: Deal, found: Difference, *, disturbances: list[Disturbance], now: datetime
) -> Comparison:
    """The caller has shown that the deal is the viewer's."""
    machines = {
        each.public_id: each
        for each in Equipment.objects.filter(
            public_id__in={draft.machine for draft in found.new}
        ).select_related("site__enterprise")
    }
    stages = {each.code: each for each in deal.order.product.operations.all()}
    known = parties_of_deal(deal)
    causes = {one.run_id: cause_of(one.cause) for one in disturbances}
    rows = [
        *_rows_of_runs(found, known=known, causes=causes),
        *_rows_of_new(found, known=known, machines=machines, stages=stages),
    ]
    return Comparison(
        rows=tuple(rows[:MOST_ROWS]),
        num_left_out=max(0, len(rows) - MOST_ROWS),
        after=picture_of_change(deal, _after(found, machines=machines, stages=stages), now=now),
        num_kept=len(found.kept),
    )


def _rows_of_runs(
    found: Difference, *, known: Collection[int], causes: dict[int | None, str | Promise]
) -> Iterator[ChangeRow]:
    """Those that shrink, then those that go."""
    general = _("It could not be fed in time, or another machine does it.")
    afters = [(part.run, "shrunk", _side_left(part, found)) for part in found.shrunk]
    for run, kind, after in [*afters, *((run, "gone", None) for run in found.gone)]:
        yield ChangeRow(
            kind=kind,
            stage=run.operation.name,
            machine=_name(run.equipment, known=known),
            unit=run.operation.unit,
            before=_side(run),
            after=after,
            why=causes.get(run.pk, general),
        )


def _rows_of_new(
    found: Difference, *, known: Collection[int], machines: dict[str, Equipment], stages: dict[str, Operation]
) -> Iterator[ChangeRow]:
    for draft in found.new:
        yield ChangeRow(
            kind="new",
            stage=stages[draft.operation].name,
            machine=_name(machines[draft.machine], known=known),
            unit=stages[draft.operation].unit,
            before=None,
            after=_draft_side(draft, found),
            why=_("Makes up for what is lost; its factory is asked."),
        )


def _side_left(part: Shrunk, found: Difference) -> Side:
    """What is left of a run that shrinks."""
    return Side(
        starts_at=part.starts_at,
        ends_at=found.epoch + timedelta(minutes=max(lot.end_min for lot in part.lots)),
        quantity=part.quantity,
    )


def _side(run: Run) -> Side:
    return Side(starts_at=run.starts_at, ends_at=run.ends_at, quantity=run.quantity)


def _draft_side(draft: RunDraft, found: Difference) -> Side:
    return Side(
        starts_at=found.epoch + timedelta(minutes=draft.start_min),
        ends_at=found.epoch + timedelta(minutes=draft.end_min),
        quantity=draft.quantity,
    )


def _name(machine: Equipment, *, known: Collection[int]) -> str:
    """Who works on the order is known by contract; a newcomer only by its city until it accepts."""
    if machine.enterprise_id in known:
        return f"{machine.site.enterprise.name} · {machine.name}"
    return _("another factory in %(city)s") % {"city": place_name(machine.site.city)}


def _after(
    found: Difference, *, machines: dict[str, Equipment], stages: dict[str, Operation]
) -> list[RunRow]:
    rows = [_row(run, _side(run)) for run in found.kept]
    rows += [_row(part.run, _side_left(part, found)) for part in found.shrunk]
    for number, draft in enumerate(found.new):
        side = _draft_side(draft, found)
        rows.append(
            RunRow(
                pk=-1 - number,
                public_id="",
                status=Run.Status.OFFERED,
                starts_at=side.starts_at,
                ends_at=side.ends_at,
                quantity=side.quantity,
                equipment=machines[draft.machine],
                stage=stages[draft.operation].name,
                unit=stages[draft.operation].unit,
            )
        )
    return rows


def _row(run: Run, side: Side) -> RunRow:
    return RunRow(
        pk=run.pk,
        public_id=run.public_id,
        status=run.status,
        starts_at=side.starts_at,
        ends_at=max(side.ends_at, side.starts_at + timedelta(minutes=1)),
        quantity=side.quantity,
        equipment=run.equipment,
        stage=run.operation.name,
        unit=run.operation.unit,
    )
