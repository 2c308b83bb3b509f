"""The instruction card of a work order: what its machine has to make, of what, until when, and who gets it next.

The same facts stand on the page, at the station and on paper. Of the factory that works on, the card says the city.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.accounts.places import place_name
from marketplace.common.links import public_url
from marketplace.common.show.amounts import quantity_text
from marketplace.orders.models import MaterialSupply, OperationNeed, Product
from marketplace.orders.variants import Parameter, read_parameters
from marketplace.orders.wording import value_text
from marketplace.production.models import WorkOrder
from marketplace.production.station_token import token_of
from marketplace.trading.models import Leg, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A label and what it says, in the active language."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What goes in: `amount` with its unit, and who brings it. `name` is empty where the step before makes it."""

    name: str
    amount: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """`unit` is that of what is made.

    `link` is the station's address, empty where it was withdrawn; `certificates` must hold at the machine.
    """

    work_order: WorkOrder
    product: str
    operation: str
    unit: str
    machine: str
    zone: str
    starts_at: datetime
    ends_at: datetime
    setup_min: int
    parameters: tuple[Fact, ...]
    needs: tuple[Need, ...]
    next_stations: tuple[str, ...]
    certificates: tuple[str, ...]
    link: str

    @property
    def code(self) -> str:
        return self.work_order.code


def card_of(work_order: WorkOrder) -> Card:
    """For callers that have shown that the viewer may see it. Seven queries."""
    run = Run.objects.select_related("operation__product", "equipment__site", "package").get(
        pk=work_order.run_id
    )
    product, site = run.operation.product, run.equipment.site
    order = work_order.order
    return Card(
        work_order=work_order,
        product=order.title,
        operation=run.operation.name,
        unit=run.operation.unit,
        machine=f"{run.equipment.name} ({run.equipment.own_number})",
        zone=site.time_zone,
        starts_at=run.starts_at,
        ends_at=run.ends_at,
        setup_min=run.setup_min,
        parameters=_parameters(product, run.variant or order.variant),
        needs=tuple(_needs(work_order, run)),
        next_stations=_next_stations(work_order, run),
        certificates=tuple(sorted({*run.operation.certificates, *order.certificates})),
        link=station_url(work_order),
    )


def station_url(work_order: WorkOrder) -> str:
    """What the QR code says; empty where the link was withdrawn."""
    link = work_order.station_link
    if link.revoked_at is not None:
        return ""
    return public_url(reverse("production:station", args=[token_of(link)]))


def _parameters(product: Product, variant: dict[str, object]) -> tuple[Fact, ...]:
    """The buyer's values as they were given: not one character is changed on the way to the machine."""
    return tuple(
        Fact(label=parameter.label, text=_value(parameter, variant[parameter.key]))
        for parameter in read_parameters(product.parameters)
        if parameter.key in variant
    )


def _value(parameter: Parameter, value: object) -> str:
    """A run has several ranges of numbers where others lie between."""
    parts = value if isinstance(value, list) else [value]
    return "; ".join(value_text(parameter, part) for part in parts)


def _needs(work_order: WorkOrder, run: Run) -> Iterable[Need]:
    suppliers = dict(
        MaterialSupply.objects.filter(order_id=work_order.order_id).values_list("material_id", "supplier")
    )
    made = {one.makes: one for one in run.operation.product.operations.all()}
    for need in (
        OperationNeed.objects.filter(operation=run.operation).select_related("material").order_by("pk")
    ):
        amount = -(-work_order.quantity * need.num // need.den)
        if need.material is None:
            before = made[need.item]
            source = _("from the step before: %(step)s") % {"step": before.name}
            yield Need(name="", amount=quantity_text(amount, before.unit), source=source)
            continue
        is_brought = suppliers.get(need.material.pk) == MaterialSupply.Supplier.BUYER
        yield Need(
            name=need.material.name,
            amount=quantity_text(amount, need.material.unit),
            source=_("the buyer brings it") if is_brought else _("you buy it"),
        )


def _next_stations(work_order: WorkOrder, run: Run) -> tuple[str, ...]:
    """Neutral labels: the next step here, cities elsewhere."""
    site, item = run.equipment.site, run.operation.makes
    here = (
        WorkOrder.objects.filter(
            order_id=work_order.order_id, equipment__site=site, run__operation__needs__item=item
        )
        .exclude(status=WorkOrder.Status.CANCELLED)
        .values_list("run__operation__name", flat=True)
        .distinct()
    )
    steps = [_("%(step)s, here") % {"step": name} for name in sorted(here)]
    return tuple(dict.fromkeys([*steps, *_elsewhere(run, item)]))


def _elsewhere(run: Run, item: str) -> Sequence[str]:
    legs = Leg.objects.filter(
        deal_id=run.package.deal_id, from_site=run.equipment.site, item=item
    ).select_related("to_site", "to_drop")
    found = []
    for leg in legs:
        if leg.to_site is not None:
            found.append(_("factory in %(city)s") % {"city": place_name(leg.to_site.city)})
        elif leg.to_drop is not None:
            found.append(_("place of delivery in %(city)s") % {"city": place_name(leg.to_drop.city)})
    return found
