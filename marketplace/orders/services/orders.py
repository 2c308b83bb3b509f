"""Making orders and moving them through their life; every change counts the version up and is pushed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Enterprise
from marketplace.accounts.viewer import Viewer
from marketplace.common.checks import require_whole
from marketplace.common.errors import Conflict, Forbidden, InvalidInput, NotFound
from marketplace.common.jobs import start_after_commit
from marketplace.common.live import push_after_commit
from marketplace.common.money import MAX_CENTS
from marketplace.orders import selectors
from marketplace.orders.drafts import OrderDraft, SupplyDraft
from marketplace.orders.models import MaterialSupply, Order, OrderDrop, Product
from marketplace.orders.states import BUYER_MAY_CANCEL, BUYER_MAY_CHANGE, may_follow
from marketplace.orders.variants import read_parameters, read_values

LONGEST_AHEAD = timedelta(days=5 * 366)


class InvalidTransition(Conflict):
    """The order is no longer (or not yet) in a status this may follow."""

    code = "orders:wrong-status"


@transaction.atomic
def create_order(*, viewer: Viewer, draft: OrderDraft, now: datetime) -> Order:
    """The buyer's new order, a draft until `open_order`. Raises `InvalidInput` naming the field."""
    buyer_id = _require_buyer(viewer)
    product = _orderable(viewer, draft.product)
    _check_dates(draft, now=now)
    order = Order(buyer_id=buyer_id, created_by_id=viewer.person_id, product=product)
    _write(order, draft)
    return order


@transaction.atomic
def change_order(*, viewer: Viewer, order: str, draft: OrderDraft, now: datetime) -> Order:
    """Everything but the product, as long as nothing is offered to a factory.

    The order is a draft again, and what was planned for it is void. Raises `InvalidTransition` and
    `InvalidInput`.
    """
    _require_buyer(viewer)
    found = _locked(selectors.order(viewer=viewer, order=order).pk)
    if found.status not in BUYER_MAY_CHANGE:
        raise InvalidTransition(_("What has been offered to factories is not changed."), status=found.status)
    if draft.product != found.product.public_id:
        raise InvalidInput(_("The product of an order stays."), field="product", value=draft.product[:80])
    _check_dates(draft, now=now)
    found.status = Order.Status.DRAFT
    found.version += 1
    found.revision += 1
    found.drops.all().delete()
    found.supplies.all().delete()
    _write(found, draft)
    start_after_commit("planning.sweep")
    return found


@transaction.atomic
def open_order(*, viewer: Viewer, order: str, now: datetime) -> Order:
    """The buyer lets the draft with this public id be planned."""
    _require_buyer(viewer)
    found = _locked(selectors.order(viewer=viewer, order=order).pk)
    if found.due_at <= now:
        raise InvalidInput(_("The due date has passed."), field="due_at")
    return change_status(order=found, to=Order.Status.OPEN)


@transaction.atomic
def cancel_order(*, viewer: Viewer, order: str) -> Order:
    """The buyer calls off an order that is not placed yet; plans and offers for it end by their sweeps."""
    _require_buyer(viewer)
    found = _locked(selectors.order(viewer=viewer, order=order).pk)
    if found.status not in BUYER_MAY_CANCEL:
        raise InvalidTransition(
            _("An order whose capacity is booked cannot be cancelled here."), status=found.status
        )
    change_status(order=found, to=Order.Status.CANCELLED)
    start_after_commit("planning.sweep")
    start_after_commit("trading.sweep")
    return found


@transaction.atomic
def change_status(*, order: Order, to: str) -> Order:
    """Move the order on; it is locked and read again first. Raises `InvalidTransition`.

    For the apps above, which have checked who asks. `order` itself is brought up to date.
    """
    fresh = _locked(order.pk)
    if not may_follow(fresh.status, to):
        raise InvalidTransition(
            _("The order is %(status)s.") % {"status": fresh.get_status_display()}, status=fresh.status, to=to
        )
    order.status = to
    order.version = fresh.version + 1
    order.save(update_fields=["status", "version"])
    _push(order)
    return order


@transaction.atomic
def set_price(*, order: Order, net_cents: int) -> Order:
    """What the buyer pays without tax, in the order's currency, once a plan is chosen."""
    require_whole(net_cents, field="net_cents", least=0, most=MAX_CENTS)
    order.net_cents = net_cents
    order.version = _locked(order.pk).version + 1
    order.save(update_fields=["net_cents", "version"])
    _push(order)
    return order


def _require_buyer(viewer: Viewer) -> int:
    """The buyer's key."""
    if not viewer.is_buyer or viewer.enterprise_id is None:
        raise Forbidden(_("Only a buyer orders."))
    viewer.require_planner()
    return viewer.enterprise_id


def _write(order: Order, draft: OrderDraft) -> None:
    """What the draft says, with places, supplies and blocked enterprises; the order has none of these yet."""
    product = order.product
    order.title = draft.title.strip() or product.name
    order.quantity = draft.quantity
    order.release_at = draft.release_at
    order.due_at = draft.due_at
    order.certificates = list(draft.certificates)
    order.variant = read_values(read_parameters(product.parameters), draft.variant, quantity=draft.quantity)
    order.split_allowed = draft.split_allowed
    order.max_enterprises = draft.max_enterprises
    order.regions = list(draft.regions)
    order.verified_only = draft.verified_only
    order.budget_cents = draft.budget_cents
    order.currency = draft.currency
    order.tax_bp = draft.tax_bp
    order.seller_of_record = _seller(draft.seller_of_record)
    order.save()
    OrderDrop.objects.bulk_create(_drops(order, draft))
    MaterialSupply.objects.bulk_create(_supplies(order, product, draft.supplies))
    order.blocked.set(_blocked(draft.blocked))
    _push(order)


def _orderable(viewer: Viewer, public_id: str) -> Product:
    try:
        product = selectors.product(viewer=viewer, product=public_id)
    except NotFound as error:
        raise InvalidInput(_("There is no such product."), field="product") from error
    if not product.operations.all():
        raise InvalidInput(_("The product has no routing yet."), field="product")
    return product


def _check_dates(draft: OrderDraft, *, now: datetime) -> None:
    due = {"due_at": draft.due_at}
    due |= {f"drops.{n}.due_at": drop.due_at for n, drop in enumerate(draft.drops) if drop.due_at is not None}
    for field, moment in due.items():
        if moment <= now:
            raise InvalidInput(_("This must be in the future."), field=field, value=moment.isoformat())
        if moment > now + LONGEST_AHEAD:
            raise InvalidInput(_("This is more than five years away."), field=field, value=moment.isoformat())


def _drops(order: Order, draft: OrderDraft) -> list[OrderDrop]:
    return [
        OrderDrop(
            order=order,
            name=drop.name.strip(),
            address=drop.address.strip(),
            city=drop.city.strip(),
            lat=drop.lat,
            lon=drop.lon,
            quantity=drop.quantity,
            due_at=drop.due_at or draft.due_at,
        )
        for drop in draft.drops
    ]


def _supplies(order: Order, product: Product, supplies: Sequence[SupplyDraft]) -> list[MaterialSupply]:
    """One row for each material of the routing; each factory buys what the draft does not name."""
    materials = {
        need.material.code: need.material
        for operation in product.operations.all()
        for need in operation.needs.all()
        if need.material is not None
    }
    for index, supply in enumerate(supplies):
        if supply.material not in materials:
            raise InvalidInput(
                _("The product does not need this material."),
                field=f"supplies.{index}.material",
                value=supply.material[:80],
            )
    chosen = {supply.material: supply.supplier for supply in supplies}
    default = MaterialSupply.Supplier.FACTORY
    return [
        MaterialSupply(order=order, material=material, supplier=chosen.get(code, default))
        for code, material in sorted(materials.items())
    ]


def _seller(public_id: str) -> Enterprise | None:
    """A coordinator may sell in its own name; without one each factory sells its share."""
    if not public_id:
        return None
    found = selectors.sellers().filter(public_id=public_id).first()
    if found is None:
        raise InvalidInput(_("There is no such seller."), field="seller_of_record")
    return found


def _blocked(public_ids: Sequence[str]) -> list[Enterprise]:
    found = list(Enterprise.objects.filter(public_id__in=public_ids))
    missing = set(public_ids) - {one.public_id for one in found}
    if missing:
        raise InvalidInput(_("There is no such enterprise."), field="blocked", value=min(missing))
    return found


def _locked(pk: int) -> Order:
    return Order.objects.select_for_update(of=("self",), no_key=True).select_related("buyer").get(pk=pk)


def _push(order: Order) -> None:
    push_after_commit(f"order:{order.public_id}", f"enterprise:{order.buyer.public_id}")
