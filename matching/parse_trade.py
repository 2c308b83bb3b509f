"""Reading who and where: enterprises, sites, materials, transport, orders, stock."""

from matching.fields import (
    MOST,
    Json,
    an_id,
    an_object,
    flag,
    inside,
    items,
    minute,
    minute_or_null,
    names,
    number,
    text,
    whole,
    whole_or_null,
)
from matching.problem import (
    Destination,
    Drop,
    DropId,
    Enterprise,
    EnterpriseId,
    ItemId,
    Lane,
    Material,
    MaterialId,
    Order,
    OrderId,
    ProductId,
    Rating,
    Site,
    SiteId,
    Stock,
    Supply,
    Transport,
)
from matching.strict_json import Refusal

MOST_PIECES = 10**9 - 1  # of one order

_ENTERPRISE = frozenset({"id", "certificates", "fixed_cents", "fixed_cents_per_order"})
_SITE = frozenset({"id", "enterprise", "lat", "lon", "region", "certificates"})
_MATERIAL = frozenset({"id", "supplies", "weight_g"})
_SUPPLY = frozenset({"site", "from_min", "quantity", "cents_per_1000_units"})
_LANE = frozenset(
    [
        "from",
        "to",
        "lead_min",
        "cents_per_1000_units",
        "cents_per_trip",
        "trip_units",
        "departs_every_min",
        "departs_at_min",
    ]
)
_TRANSPORT = frozenset(
    [
        "km_per_h",
        "handling_min",
        "detour_pct",
        "cents_per_1000_unit_km",
        "cents_per_tonne_km",
        "cents_per_trip",
        "trip_units",
        "departs_every_min",
        "departs_at_min",
        "lanes",
        "lanes_only",
    ]
)
_DESTINATION = frozenset({"lat", "lon", "site"})
_DROP = frozenset({"id", "destination", "quantity", "due_min"})
_ORDER = frozenset(
    [
        "id",
        "product",
        "quantity",
        "release_min",
        "due_min",
        "latest_min",
        "destination",
        "drops",
        "rating",
        "tardiness_cents_per_1000_unit_day",
        "unmet_cents_per_1000_units",
        "certificates",
        "max_enterprises",
        "blocked_enterprises",
        "regions",
    ]
)
_STOCK = frozenset({"order", "item", "material", "site", "from_min", "quantity"})


def read_enterprise(value: object) -> Enterprise:
    raw = an_object(value, known=_ENTERPRISE)
    return Enterprise(
        id=EnterpriseId(an_id(raw)),
        certificates=names(raw, "certificates"),
        fixed_cents=whole(raw, "fixed_cents", default=0),
        fixed_cents_per_order=whole(raw, "fixed_cents_per_order", default=0),
    )


def read_site(value: object) -> Site:
    raw = an_object(value, known=_SITE)
    return Site(
        id=SiteId(an_id(raw)),
        enterprise=EnterpriseId(text(raw, "enterprise")),
        lat=number(raw, "lat", least=-90, most=90),
        lon=number(raw, "lon", least=-180, most=180),
        region=text(raw, "region"),
        certificates=names(raw, "certificates"),
    )


def read_material(value: object) -> Material:
    raw = an_object(value, known=_MATERIAL)
    unlimited = raw.get("supplies") is None
    return Material(
        id=MaterialId(an_id(raw)),
        supplies=None if unlimited else items(raw, "supplies", read=_read_supply),
        weight_g=whole(raw, "weight_g", default=0),
    )


def read_transport(value: object) -> Transport:
    raw = an_object(value, known=_TRANSPORT)
    return Transport(
        km_per_h=whole(raw, "km_per_h", least=1),
        handling_min=whole(raw, "handling_min"),
        detour_pct=whole(raw, "detour_pct", least=1, default=100),
        cents_per_1000_unit_km=whole(raw, "cents_per_1000_unit_km", default=0),
        cents_per_tonne_km=whole(raw, "cents_per_tonne_km", default=0),
        cents_per_trip=whole(raw, "cents_per_trip", default=0),
        trip_units=whole_or_null(raw, "trip_units", least=1),
        departs_every_min=whole(raw, "departs_every_min", least=1, default=1),
        departs_at_min=whole(raw, "departs_at_min", default=0),
        lanes=items(raw, "lanes", read=_read_lane, default=()),
        lanes_only=flag(raw, "lanes_only", default=False),
    )


def read_order(value: object) -> Order:
    raw = an_object(value, known=_ORDER)
    quantity = whole(raw, "quantity", most=MOST_PIECES)
    due = minute(raw, "due_min")
    destination = inside(raw, "destination", read=_read_destination)
    only_drop = Drop(destination=destination, quantity=quantity, due_min=due)
    return Order(
        id=OrderId(an_id(raw)),
        product=ProductId(text(raw, "product")),
        quantity=quantity,
        release_min=minute(raw, "release_min", default=0),
        due_min=due,
        latest_min=minute_or_null(raw, "latest_min"),
        destination=destination,
        drops=items(raw, "drops", read=_read_drop, default=()) or (only_drop,),
        rating=_read_rating(raw),
        tardiness_cents_per_1000_unit_day=whole(raw, "tardiness_cents_per_1000_unit_day", default=0),
        unmet_cents_per_1000_units=whole_or_null(raw, "unmet_cents_per_1000_units"),
        certificates=names(raw, "certificates"),
        max_enterprises=whole_or_null(raw, "max_enterprises"),
        blocked_enterprises=frozenset(map(EnterpriseId, names(raw, "blocked_enterprises"))),
        regions=names(raw, "regions"),
    )


def read_stock(value: object) -> Stock:
    raw = an_object(value, known=_STOCK)
    of_material = "material" in raw
    if of_material == ("order" in raw or "item" in raw):
        raise Refusal(code="item-or-material", value=value, rule="is of order and item, or of a material")
    return Stock(
        order=None if of_material else OrderId(text(raw, "order")),
        item=None if of_material else ItemId(text(raw, "item")),
        material=MaterialId(text(raw, "material")) if of_material else None,
        site=SiteId(text(raw, "site")),
        from_min=minute(raw, "from_min"),
        quantity=whole(raw, "quantity"),
    )


def _read_supply(value: object) -> Supply:
    raw = an_object(value, known=_SUPPLY)
    return Supply(
        site=SiteId(text(raw, "site")),
        from_min=minute(raw, "from_min"),
        quantity=whole(raw, "quantity"),
        cents_per_1000_units=whole(raw, "cents_per_1000_units", default=0),
    )


def _read_lane(value: object) -> Lane:
    raw = an_object(value, known=_LANE)
    return Lane(
        from_site=SiteId(text(raw, "from")),
        to=text(raw, "to"),
        lead_min=whole(raw, "lead_min"),
        cents_per_1000_units=whole(raw, "cents_per_1000_units"),
        cents_per_trip=_own(raw, "cents_per_trip"),
        trip_units=_own(raw, "trip_units", least=1),
        departs_every_min=_own(raw, "departs_every_min", least=1),
        departs_at_min=_own(raw, "departs_at_min"),
    )


def _own(raw: Json, name: str, *, least: int = 0) -> int | None:
    """A lane's own value; left out (but not null, which could mean "none") it is transport's."""
    return whole(raw, name, least=least, most=MOST) if name in raw else None


def _read_destination(value: object) -> Destination:
    raw = an_object(value, known=_DESTINATION)
    if "site" not in raw:
        return Destination(
            lat=number(raw, "lat", least=-90, most=90), lon=number(raw, "lon", least=-180, most=180)
        )
    if "lat" in raw or "lon" in raw:
        raise Refusal(code="site-or-point", value=value, rule="is a site or a point, not both")
    return Destination(site=SiteId(text(raw, "site")))


def _read_drop(value: object) -> Drop:
    raw = an_object(value, known=_DROP)
    return Drop(
        id=DropId(an_id(raw)),
        destination=inside(raw, "destination", read=_read_destination),
        quantity=whole(raw, "quantity", most=MOST_PIECES),
        due_min=minute(raw, "due_min"),
    )


def _read_rating(raw: Json) -> Rating:
    value = text(raw, "rating", default=Rating.UNRATED)
    if value not in {rating.value for rating in Rating}:
        raise Refusal(code="unknown-value", path="rating", value=value, rule="must be DX, DO or unrated")
    return Rating(value)
