"""Reading products and orders, always as somebody: a buyer sees its own orders, nobody else sees them here."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Enterprise
from marketplace.accounts.viewer import Viewer
from marketplace.common.errors import NotFound
from marketplace.common.live import Watcher
from marketplace.orders.models import Material, Order, Product

MOST_WORDS = 8


def materials(*, viewer: Viewer) -> QuerySet[Material]:
    """Everybody's materials and the viewer's own, by name. Codes are unique among them."""
    return Material.objects.filter(_shared_or_own(viewer)).order_by("name", "id")


def products(*, viewer: Viewer) -> QuerySet[Product]:
    """Templates and the viewer's own products, with their routings, by name."""
    return (
        Product.objects.filter(_shared_or_own(viewer))
        .select_related("owner")
        .prefetch_related("operations__needs__material")
        .order_by("name", "id")
    )


def product(*, viewer: Viewer, product: str) -> Product:
    """The product with this public id; `NotFound` for a foreign one as for one that does not exist."""
    found = products(viewer=viewer).filter(public_id=product).first()
    if found is None:
        raise NotFound(_("There is no such product."))
    return found


def orders(*, viewer: Viewer) -> QuerySet[Order]:
    """The viewer's own orders, newest first. Nothing for a visitor or a factory."""
    if not viewer.is_buyer or viewer.enterprise_id is None:
        return Order.objects.none()
    return (
        Order.objects.filter(buyer_id=viewer.enterprise_id)
        .select_related("product", "buyer", "seller_of_record")
        .order_by("-id")
    )


def order(*, viewer: Viewer, order: str) -> Order:
    """The order with this public id, all its parts loaded; `NotFound` for a foreign one as for an unknown one."""
    found = (
        orders(viewer=viewer)
        .prefetch_related("drops", "supplies__material", "blocked", "product__operations__needs__material")
        .filter(public_id=order)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such order."))
    return found


def find_orders(*, viewer: Viewer, text: str = "", status: str = "") -> QuerySet[Order]:
    """The viewer's orders whose title, product or number holds `text`; an empty `status` means any."""
    found = orders(viewer=viewer).prefetch_related("product__operations__needs")
    if status:
        found = found.filter(status=status)
    for word in text.split()[:MOST_WORDS]:
        found = found.filter(
            Q(title__icontains=word) | Q(product__name__icontains=word) | Q(public_id__icontains=word)
        )
    return found


def sellers() -> QuerySet[Enterprise]:
    """Who may be the seller of record of an order: coordinators who are who they say they are, by name."""
    return Enterprise.objects.filter(
        kind=Enterprise.Kind.COORDINATOR, verification=Enterprise.Verification.VERIFIED
    ).order_by("name")


def may_watch_order(person: Watcher, public_id: str) -> bool:
    """The people of the buyer."""
    return Order.objects.filter(public_id=public_id, buyer__memberships__person_id=person.pk).exists()


def _shared_or_own(viewer: Viewer) -> Q:
    shared = Q(owner=None)
    return shared if viewer.enterprise_id is None else shared | Q(owner_id=viewer.enterprise_id)
