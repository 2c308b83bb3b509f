"""Reading and writing `plan/1`, as strictly as a problem: no field, number or text of unknown meaning.

Whether the ids of a plan exist in its problem is not a matter of format: the checker says so, by rule.
"""

from enum import StrEnum
from fractions import Fraction
from math import inf, nextafter
from typing import TypeVar

from matching.fields import (
    MOST,
    TOTAL_LIMIT,
    Json,
    an_id,
    an_object,
    flag,
    given,
    items,
    minute,
    minute_or_null,
    number,
    number_or_null,
    of_format,
    refuse_repeats,
    text,
    text_or_null,
    whole,
    whole_or_null,
)
from matching.parse import read_notes
from matching.parse_work import read_lot
from matching.problem import DropId, ItemId, MaterialId, OrderId, ResourceId, SiteId
from matching.strict_json import Refusal, load
from matching.write import PLAN_FORMAT, write_lot
from scheduling.plan import (
    Cause,
    Delivery,
    OrderResult,
    Plan,
    Price,
    Relaxation,
    Status,
    Transfer,
    Why,
)

E = TypeVar("E", bound=StrEnum)

_TOTAL = TOTAL_LIMIT - 1
_PLAN = frozenset(
    [
        *(
            "format",
            "status",
            "objective",
            "cost_cents",
            "bound",
            "gap_pct",
            "seconds",
            "seed",
            "interrupted",
        ),
        *(
            "unsupported",
            "relaxations",
            "max_quantity",
            "lots",
            "transfers",
            "deliveries",
            "orders",
            "prices",
        ),
        "notes",
    ]
)
_TRANSFER = frozenset(["order", "item", "material", "from", "to", "depart_min", "arrive_min", "quantity"])
_DELIVERY = frozenset(["order", "drop", "from", "depart_min", "arrive_min", "quantity"])
_RESULT = frozenset(["id", "delivered", "unmet", "surplus", "completed_min", "why"])
_WHY = frozenset(["cause", "share_pct", "ids"])
_PRICE = frozenset(["class", "material", "resource", "region", "from_min", "to_min", "cents"])
_RELAXATION = frozenset(["kind", "id", "from", "to", "text"])


class PlanError(Refusal):
    """A plan file that is refused; codes begin with `plan:`."""


def read_plan(text_or_bytes: str | bytes) -> Plan:
    """The plan of a JSON text (bytes: UTF-8). Raises `PlanError`, and nothing else."""
    try:
        return _read(load(text_or_bytes))
    except Refusal as refusal:
        raise PlanError(
            code=f"plan:{refusal.code}", path=refusal.path, value=refusal.value, rule=refusal.rule
        ) from None


def write_plan(plan: Plan) -> dict[str, object]:
    """The plan as an object for `json.dumps`. A fractional bound is rounded down: it stays a bound."""
    written: dict[str, object] = {
        "format": PLAN_FORMAT,
        "status": plan.status.value,
        "objective": plan.objective,
        "cost_cents": plan.cost_cents,
        "bound": None if plan.bound is None else written_bound(plan.bound),
        "gap_pct": plan.gap_pct,
        "seconds": plan.seconds,
        "seed": plan.seed,
        "interrupted": plan.interrupted,
        "lots": [write_lot(each) for each in plan.lots],
        "transfers": [_write_transfer(each) for each in plan.transfers],
        "deliveries": [_write_delivery(each) for each in plan.deliveries],
        "orders": [_write_result(each) for each in plan.orders],
        "prices": [_write_price(each) for each in plan.prices],
    }
    if plan.unsupported:
        written["unsupported"] = list(plan.unsupported)
    if plan.status is Status.INFEASIBLE:
        written["relaxations"] = [_write_relaxation(each) for each in plan.relaxations]
        written["max_quantity"] = plan.max_quantity
    if plan.notes:
        written["notes"] = plan.notes
    return written


def written_bound(bound: int | float | Fraction) -> int | float:
    """The number that JSON holds for a bound: the largest float that is not above it."""
    if isinstance(bound, int):
        return bound
    if bound == int(bound):
        return int(bound)
    rounded = float(bound)
    return rounded if Fraction(rounded) <= bound else nextafter(rounded, -inf)


def _read(value: object) -> Plan:
    raw = of_format(value, name=PLAN_FORMAT, known=_PLAN)
    lots = items(raw, "lots", read=read_lot, default=())
    refuse_repeats((lot.id for lot in lots), path="lots", field="id")
    results = items(raw, "orders", read=_read_result, default=())
    refuse_repeats((result.id for result in results), path="orders", field="id")
    return Plan(
        status=_one_of(raw, "status", among=Status),
        objective=whole_or_null(raw, "objective", most=_TOTAL),
        cost_cents=whole_or_null(raw, "cost_cents", most=_TOTAL),
        bound=_read_bound(raw),
        gap_pct=number_or_null(raw, "gap_pct", least=0, most=TOTAL_LIMIT),
        seconds=number(raw, "seconds", least=0, most=MOST),
        seed=whole(raw, "seed", least=-MOST),
        interrupted=flag(raw, "interrupted", default=False),
        unsupported=items(raw, "unsupported", read=_read_text, default=()),
        relaxations=items(raw, "relaxations", read=_read_relaxation, default=()),
        max_quantity=whole_or_null(raw, "max_quantity"),
        lots=lots,
        transfers=items(raw, "transfers", read=_read_transfer, default=()),
        deliveries=items(raw, "deliveries", read=_read_delivery, default=()),
        orders=results,
        prices=items(raw, "prices", read=_read_price, default=()),
        notes=_read_notes(raw),
    )


def _read_bound(raw: Json) -> int | float | None:
    value = raw.get("bound")
    if type(value) is int:
        return whole(raw, "bound", least=-_TOTAL, most=_TOTAL)
    return number_or_null(raw, "bound", least=-TOTAL_LIMIT, most=TOTAL_LIMIT)


def _read_notes(raw: Json) -> dict[str, object]:
    try:
        return read_notes(raw["notes"]) if "notes" in raw else {}
    except Refusal as refusal:
        raise refusal.inside("notes") from None


def _read_transfer(value: object) -> Transfer:
    raw = an_object(value, known=_TRANSFER)
    of_material = "material" in raw
    if of_material == ("order" in raw or "item" in raw):
        raise Refusal(code="item-or-material", value=value, rule="is of order and item, or of a material")
    return Transfer(
        order=None if of_material else OrderId(text(raw, "order")),
        item=None if of_material else ItemId(text(raw, "item")),
        material=MaterialId(text(raw, "material")) if of_material else None,
        from_site=SiteId(text(raw, "from")),
        to_site=SiteId(text(raw, "to")),
        depart_min=minute(raw, "depart_min"),
        arrive_min=minute(raw, "arrive_min"),
        quantity=whole(raw, "quantity", least=1),
    )


def _read_delivery(value: object) -> Delivery:
    raw = an_object(value, known=_DELIVERY)
    drop = text_or_null(raw, "drop")
    return Delivery(
        order=OrderId(text(raw, "order")),
        drop=None if drop is None else DropId(drop),
        from_site=SiteId(text(raw, "from")),
        depart_min=minute(raw, "depart_min"),
        arrive_min=minute(raw, "arrive_min"),
        quantity=whole(raw, "quantity", least=1),
    )


def _read_result(value: object) -> OrderResult:
    raw = an_object(value, known=_RESULT)
    return OrderResult(
        id=OrderId(an_id(raw)),
        delivered=whole(raw, "delivered", most=_TOTAL),
        unmet=whole(raw, "unmet", most=_TOTAL),
        surplus=whole(raw, "surplus", most=_TOTAL),
        completed_min=minute_or_null(raw, "completed_min"),
        why=items(raw, "why", read=_read_why, default=()),
    )


def _read_why(value: object) -> Why:
    raw = an_object(value, known=_WHY)
    return Why(
        cause=_one_of(raw, "cause", among=Cause),
        share_pct=number(raw, "share_pct", least=0, most=100),
        ids=items(raw, "ids", read=_read_text, default=()),
    )


def _read_price(value: object) -> Price:
    raw = an_object(value, known=_PRICE)
    if sum(raw.get(name) is not None for name in ("class", "material", "resource")) != 1:
        raise Refusal(code="price-of-what", value=value, rule="is of a class, a material or a resource")
    material, resource = text_or_null(raw, "material"), text_or_null(raw, "resource")
    return Price(
        class_id=text_or_null(raw, "class"),
        material=None if material is None else MaterialId(material),
        resource=None if resource is None else ResourceId(resource),
        region=text(raw, "region"),
        from_min=minute(raw, "from_min"),
        to_min=minute(raw, "to_min"),
        cents=number(raw, "cents", least=-TOTAL_LIMIT, most=TOTAL_LIMIT),
    )


def _read_relaxation(value: object) -> Relaxation:
    raw = an_object(value, known=_RELAXATION)
    return Relaxation(
        kind=text(raw, "kind"),
        id=text(raw, "id"),
        from_value=_number_or_text(raw, "from"),
        to_value=_number_or_text(raw, "to"),
        text=text(raw, "text"),
    )


def _number_or_text(raw: Json, name: str) -> int | str | None:
    value = given(raw, name)
    return text(raw, name) if isinstance(value, str) else whole_or_null(raw, name, least=-_TOTAL, most=_TOTAL)


def _read_text(value: object) -> str:
    return text({"": value}, "")


def _one_of(raw: Json, name: str, *, among: type[E]) -> E:
    value = text(raw, name)
    if value not in {member.value for member in among}:
        raise Refusal(code="unknown-value", path=name, value=value, rule=f"must be one of {', '.join(among)}")
    return among(value)


def _write_transfer(transfer: Transfer) -> dict[str, object]:
    of_item = {"order": transfer.order, "item": transfer.item}
    return {
        **(of_item if transfer.material is None else {"material": transfer.material}),
        "from": transfer.from_site,
        "to": transfer.to_site,
        "depart_min": transfer.depart_min,
        "arrive_min": transfer.arrive_min,
        "quantity": transfer.quantity,
    }


def _write_delivery(delivery: Delivery) -> dict[str, object]:
    return {
        "order": delivery.order,
        **({} if delivery.drop is None else {"drop": delivery.drop}),
        "from": delivery.from_site,
        "depart_min": delivery.depart_min,
        "arrive_min": delivery.arrive_min,
        "quantity": delivery.quantity,
    }


def _write_result(result: OrderResult) -> dict[str, object]:
    return {
        "id": result.id,
        "delivered": result.delivered,
        "unmet": result.unmet,
        "surplus": result.surplus,
        "completed_min": result.completed_min,
        "why": [
            {"cause": why.cause.value, "share_pct": why.share_pct, "ids": list(why.ids)} for why in result.why
        ],
    }


def _write_price(price: Price) -> dict[str, object]:
    of = {"class": price.class_id, "material": price.material, "resource": price.resource}
    return {
        **{name: value for name, value in of.items() if value is not None},
        "region": price.region,
        "from_min": price.from_min,
        "to_min": price.to_min,
        "cents": price.cents,
    }


def _write_relaxation(relaxation: Relaxation) -> dict[str, object]:
    return {
        "kind": relaxation.kind,
        "id": relaxation.id,
        "from": relaxation.from_value,
        "to": relaxation.to_value,
        "text": relaxation.text,
    }
