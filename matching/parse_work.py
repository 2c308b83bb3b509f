"""Reading what is made and on what: products, modes, classes, machines, resources, lots."""

from matching.fields import (
    Json,
    an_id,
    an_object,
    flag,
    given,
    items,
    minute,
    names,
    refuse_repeats,
    text,
    whole,
)
from matching.parse_calendar import Calendars, read_breaks
from matching.problem import (
    Changeover,
    ClassId,
    FamilyId,
    ItemId,
    Lot,
    LotId,
    Machine,
    MachineClass,
    MachineId,
    MaterialId,
    Mode,
    Need,
    Operation,
    OperationId,
    OrderId,
    Product,
    ProductId,
    Resource,
    ResourceId,
    ResourceUse,
    SiteId,
)
from matching.strict_json import Refusal

_NEED = frozenset({"item", "material", "num", "den"})
_OPERATION = frozenset({"id", "makes", "needs", "certificates", "weight_g"})
_PRODUCT = frozenset({"id", "operations"})
_MODE = frozenset(
    [
        "product",
        "operation",
        "run_min",
        "run_units",
        "setup_min",
        "min_lot",
        "cents_per_h",
        "good_per_1000",
        "batch",
        "hold_min",
        "family",
        "uses",
    ]
)
_USE = frozenset({"resource", "quantity"})
_CLASS = frozenset({"id", "modes"})
_MACHINE = frozenset(
    ["id", "site", "certificates", "class", "speed_pct", "modes", "windows", "breaks", "changeovers"]
)
_CHANGEOVER = frozenset({"from", "to", "min"})
_RESOURCE = frozenset({"id", "quantity", "site", "windows"})
_LOT = frozenset(["id", "order", "operation", "machine", "start_min", "setup_min", "end_min", "quantity"])


def read_product(value: object) -> Product:
    raw = an_object(value, known=_PRODUCT)
    operations = items(raw, "operations", read=_read_operation)
    refuse_repeats((operation.id for operation in operations), path="operations", field="id")
    return Product(id=ProductId(an_id(raw)), operations=operations)


def read_class(value: object) -> MachineClass:
    raw = an_object(value, known=_CLASS)
    return MachineClass(id=ClassId(an_id(raw)), modes=_read_modes(raw))


def read_machine(value: object, *, classes: dict[ClassId, MachineClass], calendars: Calendars) -> Machine:
    raw = an_object(value, known=_MACHINE)
    class_id = ClassId(text(raw, "class")) if "class" in raw else None
    windows = calendars.read_windows(raw)
    changeovers = items(raw, "changeovers", read=_read_changeover, default=())
    refuse_repeats(
        ((each.from_family, each.to_family) for each in changeovers), path="changeovers", what="pair"
    )
    return Machine(
        id=MachineId(an_id(raw)),
        site=SiteId(text(raw, "site")),
        certificates=names(raw, "certificates"),
        class_id=class_id,
        speed_pct=_speed(raw, has_class=class_id is not None),
        modes=_read_modes(raw)
        if class_id is None
        else _modes_of_class(raw, class_id=class_id, classes=classes),
        windows=windows,
        breaks=read_breaks(raw, windows=windows),
        changeovers=changeovers,
    )


def read_resource(value: object, *, calendars: Calendars) -> Resource:
    raw = an_object(value, known=_RESOURCE)
    travels = given(raw, "site") is None
    quantity = whole(raw, "quantity")
    if travels and quantity != 1:
        raise Refusal(
            code="out-of-range", path="quantity", value=quantity, rule="what travels (site null) is 1"
        )
    return Resource(
        id=ResourceId(an_id(raw)),
        quantity=quantity,
        site=None if travels else SiteId(text(raw, "site")),
        windows=None if raw.get("windows") is None else calendars.read_windows(raw),
    )


def read_lot(value: object) -> Lot:
    raw = an_object(value, known=_LOT)
    lot = Lot(
        id=LotId(an_id(raw)),
        order=OrderId(text(raw, "order")),
        operation=OperationId(text(raw, "operation")),
        machine=MachineId(text(raw, "machine")),
        start_min=minute(raw, "start_min"),
        setup_min=whole(raw, "setup_min"),
        end_min=minute(raw, "end_min"),
        quantity=whole(raw, "quantity", least=1),
    )
    if lot.end_min < lot.start_min:
        raise Refusal(code="empty-period", path="end_min", value=lot.end_min, rule="not before start_min")
    return lot


def _read_operation(value: object) -> Operation:
    raw = an_object(value, known=_OPERATION)
    operation = an_id(raw)
    makes = operation if "makes" not in raw else an_id(raw, "makes")
    return Operation(
        id=OperationId(operation),
        makes=ItemId(makes),
        needs=items(raw, "needs", read=_read_need, default=()),
        certificates=names(raw, "certificates"),
        weight_g=whole(raw, "weight_g", default=0),
    )


def _read_need(value: object) -> Need:
    raw = an_object(value, known=_NEED)
    if ("item" in raw) == ("material" in raw):
        raise Refusal(code="item-or-material", value=value, rule="needs an item or a material, one of them")
    return Need(
        item=ItemId(text(raw, "item")) if "item" in raw else None,
        material=MaterialId(text(raw, "material")) if "material" in raw else None,
        num=whole(raw, "num", least=1),
        den=whole(raw, "den", least=1),
    )


def _read_modes(raw: Json) -> tuple[Mode, ...]:
    modes = items(raw, "modes", read=_read_mode)
    refuse_repeats(((mode.product, mode.operation) for mode in modes), path="modes", what="mode")
    return modes


def _read_mode(value: object) -> Mode:
    raw = an_object(value, known=_MODE)
    product, operation = text(raw, "product"), text(raw, "operation")
    uses = items(raw, "uses", read=_read_use, default=())
    refuse_repeats((use.resource for use in uses), path="uses", field="resource")
    return Mode(
        product=ProductId(product),
        operation=OperationId(operation),
        run_min=whole(raw, "run_min"),
        run_units=whole(raw, "run_units", least=1),
        setup_min=whole(raw, "setup_min", default=0),
        min_lot=whole(raw, "min_lot", default=1),
        cents_per_h=whole(raw, "cents_per_h"),
        good_per_1000=whole(raw, "good_per_1000", least=1, most=1000, default=1000),
        batch=flag(raw, "batch", default=False),
        hold_min=whole(raw, "hold_min", default=0),
        family=FamilyId(text(raw, "family", default=f"{product}/{operation}")),
        uses=uses,
    )


def _modes_of_class(
    raw: Json, *, class_id: ClassId, classes: dict[ClassId, MachineClass]
) -> tuple[Mode, ...]:
    if "modes" in raw:
        raise Refusal(
            code="class-and-modes", path="modes", rule="a machine has a class or own modes, not both"
        )
    if class_id not in classes:
        raise Refusal(code="unknown-id", path="class", value=class_id, rule="no such class")
    return classes[class_id].modes


def _read_use(value: object) -> ResourceUse:
    raw = an_object(value, known=_USE)
    return ResourceUse(resource=ResourceId(text(raw, "resource")), quantity=whole(raw, "quantity", least=1))


def _read_changeover(value: object) -> Changeover:
    raw = an_object(value, known=_CHANGEOVER)
    return Changeover(
        from_family=FamilyId(text(raw, "from")), to_family=FamilyId(text(raw, "to")), min=whole(raw, "min")
    )


def _speed(raw: Json, *, has_class: bool) -> int:
    """Own modes are given at speed 100; only a class needs a factor."""
    speed = whole(raw, "speed_pct", least=1, default=100)
    if speed != 100 and not has_class:
        raise Refusal(code="speed-without-class", path="speed_pct", value=speed, rule="own modes are at 100")
    return speed
