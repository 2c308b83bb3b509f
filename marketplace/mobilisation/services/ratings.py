"""Rating an order of a public buyer: first the need is confirmed, then somebody signs that it comes first."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.capacity.services import keep_asked
from marketplace.common import audit
from marketplace.common.audit.chain import moment
from marketplace.common.checks import require_choice, require_text
from marketplace.common.errors import NotFound
from marketplace.common.live import push_after_commit
from marketplace.mobilisation.errors import NotLive, NotRateable
from marketplace.mobilisation.goods import covered_orders
from marketplace.mobilisation.models import Declaration, NeedConfirmation, OrderRating, Programme
from marketplace.mobilisation.selectors.declarations import live_declaration
from marketplace.mobilisation.selectors.office import require_acting
from marketplace.mobilisation.selectors.programmes import NOT_AGREED, confirmation_of, programme
from marketplace.orders.models import Order
from marketplace.orders.services import set_rating


@transaction.atomic
def confirm_need(
    *,
    viewer: Viewer,
    declaration_public_id: str,
    order_public_id: str,
    confirmed_with: str,
    how: str,
    now: datetime,
) -> NeedConfirmation:
    """Somebody of the office has spoken with the buyer: the need is real and is not ordered twice.

    `confirmed_with` is whom they spoke with. Raises `NotLive`, `NotFound`, `InvalidInput`.
    """
    require_acting(viewer)
    declaration = live_declaration(viewer, public_id=declaration_public_id, now=now)
    order = _covered(declaration, order_public_id)
    require_text(confirmed_with, field="confirmed_with", least=3, most=160)
    require_text(how, field="how", most=240)
    confirmation = NeedConfirmation.objects.create(
        declaration=declaration,
        order=order,
        order_revision=order.revision,
        confirmed_with=confirmed_with.strip(),
        how=how.strip(),
        confirmed_by_id=viewer.require_person(),
        confirmed_at=now,
    )
    push_after_commit(f"enterprise:{declaration.office.public_id}")
    audit.record(
        action="mobilisation.need-confirmed",
        viewer=viewer,
        subject=declaration.public_id,
        facts={
            "order": order.public_id,
            "quantity": order.quantity,
            "unit": order.product.unit,
            "with": confirmation.confirmed_with,
            "how": confirmation.how,
        },
        now=now,
    )
    return confirmation


@transaction.atomic
def rate_order(
    *,
    viewer: Viewer,
    programme_public_id: str,
    order_public_id: str,
    rating: str,
    statement: str,
    now: datetime,
) -> OrderRating:
    """Sign that the order comes first. It must be delivered by its due date, which the rating repeats.

    In a drill the order itself stays unrated: its buyer and its factories are bound to nothing.

    Raises `NotLive`, `NotRateable` (agreed, rated, other goods, not a public buyer's, need not confirmed) and
    `NotFound`.
    """
    require_acting(viewer)
    under = programme(viewer, public_id=programme_public_id)
    order = _covered(under.declaration, order_public_id)
    declaration = (
        Declaration.objects.select_for_update(of=("self",), no_key=True)
        .select_related("office")
        .get(pk=under.declaration_id)
    )
    if not declaration.is_live(now):
        raise NotLive(_("This declaration is not in force."))
    require_choice(rating, field="rating", choices=("DO", "DX"))
    require_text(statement, field="statement", least=10, most=2000)
    confirmation = _require_rateable(order, under, declaration=declaration, now=now)
    signed = OrderRating.objects.create(
        order=order,
        order_revision=order.revision,
        programme=under,
        rating=rating,
        statement=statement.strip(),
        signed_by_id=viewer.require_person(),
        signed_at=now,
        deliver_by=order.due_at,
        need=confirmation,
        is_drill=declaration.is_drill,
    )
    keep_asked(occasion=declaration.public_id, now=now)  # of one approved before prices were kept
    if not signed.is_drill:
        set_rating(order=order, rating=rating, programme=under.public_id)
    push_after_commit(f"enterprise:{declaration.office.public_id}", f"enterprise:{order.buyer.public_id}")
    audit.record(
        action="mobilisation.order-rated",
        viewer=viewer,
        subject=declaration.public_id,
        facts={
            "order": order.public_id,
            "programme": under.public_id,
            "rating": rating,
            "deliver_by": moment(order.due_at),
            "quantity": order.quantity,
            "unit": order.product.unit,
        },
        now=now,
    )
    return signed


def _covered(declaration: Declaration, order_public_id: str) -> Order:
    """The order, its row locked; one that the declaration does not cover is not found."""
    order = (
        covered_orders(declaration)
        .select_for_update(of=("self",), no_key=True)
        .filter(public_id=order_public_id)
        .first()
    )
    if order is None:
        raise NotFound(_("There is no such order."))
    return order


def _require_rateable(
    order: Order, under: Programme, *, declaration: Declaration, now: datetime
) -> NeedConfirmation:
    if order.rating or OrderRating.objects.filter(
        order=order, programme__declaration=declaration, ended_at=None
    ):
        raise NotRateable(_("This order is rated already."), rating=order.rating)
    if order.status not in NOT_AGREED:
        raise NotRateable(_("What is agreed or done is rated no more."), status=order.status)
    if order.product_id != under.product_id:
        raise NotRateable(_("The programme is for another product."))
    if order.due_at <= now:
        raise NotRateable(_("The due date has passed."))
    confirmation = confirmation_of(declaration, order)
    if confirmation is None:
        raise NotRateable(_("Confirm the need with the buyer first."))
    return confirmation
