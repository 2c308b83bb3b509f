"""Reading and writing `planning-problem/1`: strictly, so that a solver meets only problems that make sense."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from matching.consistency import refuse_contradictions
from matching.fields import Json, an_object, inside, items, of_format, refuse_repeats, text, whole
from matching.parse_calendar import Calendars
from matching.parse_trade import (
    read_enterprise,
    read_material,
    read_order,
    read_site,
    read_stock,
    read_transport,
)
from matching.parse_work import read_class, read_lot, read_machine, read_product, read_resource
from matching.problem import Lot, Objective, Problem
from matching.strict_json import Refusal, load, refuse_endless_or_infinite
from matching.write import PROBLEM_FORMAT, write_problem

__all__ = ["ProblemError", "read_problem", "write_problem"]

T = TypeVar("T")

_PROBLEM = frozenset(
    [
        "format",
        "name",
        "epoch",
        "horizon_min",
        "currency",
        "now_min",
        "objective",
        "enterprises",
        "sites",
        "materials",
        "products",
        "classes",
        "machines",
        "resources",
        "transport",
        "orders",
        "stock",
        "fixed_lots",
        "previous",
        "disruption_cents_per_lot",
        "notes",
    ]
)
_PREVIOUS = frozenset(
    [
        "format",
        "status",
        "objective",
        "cost_cents",
        "bound",
        "gap_pct",
        "seconds",
        "seed",
        "interrupted",
        "unsupported",
        "relaxations",
        "max_quantity",
        "lots",
        "transfers",
        "deliveries",
        "orders",
        "prices",
        "notes",
    ]
)
_RFC_3339_UTC = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?([Zz]|\+00:00)"
)


class ProblemError(Refusal):
    """A problem file that is refused; codes begin with `problem:`."""


def read_problem(text_or_bytes: str | bytes) -> Problem:
    """The problem of a JSON text (bytes: UTF-8), defaults filled in, references and totals checked.

    Raises `ProblemError` for the first thing found wrong, and nothing else.
    """
    try:
        problem = _read(load(text_or_bytes))
        refuse_contradictions(problem)
    except Refusal as refusal:
        raise ProblemError(
            code=f"problem:{refusal.code}", path=refusal.path, value=refusal.value, rule=refusal.rule
        ) from None
    return problem


def _read(value: object) -> Problem:
    raw = of_format(value, name=PROBLEM_FORMAT, known=_PROBLEM)
    calendars = Calendars()
    classes = _listed(raw, "classes", read=read_class, required=False)
    class_by_id = {each.id: each for each in classes}
    return Problem(
        name=text(raw, "name"),
        epoch=_read_epoch(raw),
        horizon_min=whole(raw, "horizon_min"),
        currency=text(raw, "currency"),
        now_min=whole(raw, "now_min", default=0),
        objective=_read_objective(raw),
        enterprises=_listed(raw, "enterprises", read=read_enterprise),
        sites=_listed(raw, "sites", read=read_site),
        materials=_listed(raw, "materials", read=read_material, required=False),
        products=_listed(raw, "products", read=read_product),
        classes=classes,
        machines=_listed(
            raw, "machines", read=partial(read_machine, classes=class_by_id, calendars=calendars)
        ),
        resources=_listed(raw, "resources", read=partial(read_resource, calendars=calendars), required=False),
        transport=inside(raw, "transport", read=read_transport),
        orders=_listed(raw, "orders", read=read_order),
        stock=items(raw, "stock", read=read_stock, default=()),
        fixed_lots=_listed(raw, "fixed_lots", read=read_lot, required=False),
        previous=None if raw.get("previous") is None else inside(raw, "previous", read=_read_previous),
        disruption_cents_per_lot=whole(raw, "disruption_cents_per_lot", default=0),
        notes=inside(raw, "notes", read=read_notes) if "notes" in raw else {},
    )


def read_notes(value: object) -> dict[str, object]:
    """Any object: kept and ignored, as long as it can be written again."""
    if not isinstance(value, dict):
        raise Refusal(code="wrong-type", value=value, rule="must be an object")
    refuse_endless_or_infinite(value)
    return value


def _listed(raw: Json, name: str, *, read: Callable[[object], T], required: bool = True) -> tuple[T, ...]:
    """A list whose elements have ids that are unique in it."""
    found = items(raw, name, read=read) if required else items(raw, name, read=read, default=())
    refuse_repeats((each.id for each in found), path=name, field="id")  # type: ignore[attr-defined]
    return found


def _read_epoch(raw: Json) -> datetime:
    value = text(raw, "epoch")
    try:
        if _RFC_3339_UTC.fullmatch(value):
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except ValueError:
        pass  # a thirteenth month: refused below, like every other wrong text
    raise Refusal(
        code="not-utc", path="epoch", value=value, rule="must be RFC 3339 in UTC: 2026-03-02T00:00:00Z"
    )


def _read_objective(raw: Json) -> Objective:
    value = text(raw, "objective")
    if value not in {objective.value for objective in Objective}:
        raise Refusal(code="unknown-value", path="objective", value=value, rule="must be cost or finish")
    return Objective(value)


def _read_previous(value: object) -> tuple[Lot, ...]:
    """Of the plan in force only the lots matter; they may be of orders and machines that are gone."""
    raw = an_object(value, known=_PREVIOUS)
    return _listed(raw, "lots", read=read_lot)
