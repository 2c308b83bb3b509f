"""Many shipments in one transaction: orders locked first, then shipments, both by key; each is judged alone."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Membership
from marketplace.accounts.viewer import Viewer
from marketplace.common.errors import DomainError, Forbidden, InvalidInput, NotFound
from marketplace.common.live import push_after_commit
from marketplace.delivery.errors import WrongState
from marketplace.delivery.models import Box, Shipment
from marketplace.orders.models import Order

MOST_AT_ONCE = 500
Wanted = TypeVar("Wanted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one shipment of many: `error` is None where it was done."""

    shipment: str
    status: str = ""
    error: DomainError | None = None


def require_hands(viewer: Viewer) -> int:
    """The enterprise's key, where the viewer may move goods for it: everybody but those who only look."""
    enterprise_id = viewer.require_enterprise()
    if not viewer.may_write or viewer.role not in set(Membership.Role) - {Membership.Role.VIEWER}:
        raise Forbidden(_("You may look at shipments and not change them."))
    return enterprise_id


def require_living(order: Order) -> None:
    """Raise `WrongState` for an order that is not agreed, or is over."""
    if order.status not in {Order.Status.PLACED, Order.Status.RUNNING}:
        raise WrongState(_("The order is %(status)s.") % {"status": order.get_status_display()})


def lock_shipments(public_ids: Iterable[str], *, allowed: Q) -> dict[str, Shipment]:
    """Those of them that are `allowed`, by public id, with orders, products and both ends loaded."""
    wanted = Shipment.objects.filter(allowed, public_id__in=set(public_ids))
    order_ids = set(wanted.values_list("order_id", flat=True))
    list(
        Order.objects.select_for_update(no_key=True).filter(pk__in=order_ids).order_by("pk").values_list("pk")
    )
    locked = (
        Shipment.objects.select_for_update(of=("self",), no_key=True)
        .filter(allowed, public_id__in=set(public_ids))
        .select_related(
            "order__product",
            "order__buyer",
            "from_site__enterprise",
            "to_site__enterprise",
            "to_drop",
            "receipt",
            "rest_of",
            "leg__deal",
        )
        .order_by("pk")
    )
    return {shipment.public_id: shipment for shipment in locked}


def boxes_of(shipments: Iterable[Shipment]) -> dict[int, list[Box]]:
    """By key of the shipment, in order of their numbers. One query."""
    found: dict[int, list[Box]] = {shipment.pk: [] for shipment in shipments}
    for box in Box.objects.filter(shipment__in=list(found)).order_by("shipment_id", "number"):
        found[box.shipment_id].append(box)
    return found


def each(
    wanted: Sequence[Wanted],
    *,
    name: Callable[[Wanted], str],
    locked: dict[str, Shipment],
    act: Callable[[Shipment, Wanted], None],
) -> list[Outcome]:
    """Do `act` to each; it checks before it writes, so that a refused one has changed nothing."""
    outcomes = []
    for one in wanted:
        shipment = locked.get(name(one))
        try:
            if shipment is None:
                raise NotFound(_("There is no such shipment."))
            act(shipment, one)
        except DomainError as error:
            outcomes.append(Outcome(shipment=name(one), error=error))
        else:
            outcomes.append(Outcome(shipment=name(one), status=shipment.status))
    return outcomes


def require_few(wanted: Sequence[object]) -> None:
    if not 1 <= len(wanted) <= MOST_AT_ONCE:
        raise InvalidInput(
            _("Name 1 to %(most)s shipments.") % {"most": MOST_AT_ONCE}, field="shipments", value=len(wanted)
        )


def the_only(outcomes: Sequence[Outcome]) -> None:
    """Raise what was wrong with the only one."""
    (outcome,) = outcomes
    if outcome.error is not None:
        raise outcome.error


def push(shipments: Iterable[Shipment]) -> None:
    """Pages of the buyer, the sender and the receiver look again."""
    topics: set[str] = set()
    for shipment in shipments:
        topics |= {
            f"order:{shipment.order.public_id}",
            f"enterprise:{shipment.order.buyer.public_id}",
            f"enterprise:{shipment.from_site.enterprise.public_id}",
        }
        if shipment.to_site is not None:
            topics.add(f"enterprise:{shipment.to_site.enterprise.public_id}")
    if topics:
        push_after_commit(*sorted(topics))
