"""What an order may claim before others, as the app that owns the declaration has verified it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from marketplace.common.errors import NotFound
from marketplace.orders.models import Order

Begun = Callable[[Collection[int]], Collection[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A signed rating of an order under a declaration in force.

    `order` and `programme` are public ids; trading looks for an order that bears exactly this rating and programme, so
    that a claim of another office, or one that has ended, finds nothing. `regions` are those in which other work may
    give way. `declaration`, `authority` and `legal_basis` are what the displaced are told. `begun` is asked for those
    of some runs (by key) that have begun in fact, as public ids; it is asked after the orders are locked. In a drill
    (`is_drill`) the order bears no rating; a plan is proposed for it as if it did, and cannot be committed.
    """

    order: str
    rating: str
    programme: str
    regions: tuple[str, ...]
    declaration: str
    authority: str
    legal_basis: str
    begun: Begun
    is_drill: bool = False
    occasion: str = ""  # from which prices are capped in a drill; in earnest the order's rating says it

    def find(self) -> Order:
        """The order as it is claimed. Raises `NotFound`."""
        bears = {} if self.is_drill else {"rating": self.rating, "programme": self.programme}
        order = Order.objects.filter(public_id=self.order, **bears).first()
        if order is None or not self.programme:
            raise NotFound(_("There is no such order."))
        return order

    def reason(self) -> dict[str, str]:
        """As disturbances and notices keep it."""
        return {
            "rating": self.rating,
            "programme": self.programme,
            "declaration": self.declaration,
            "authority": self.authority,
            "legal_basis": self.legal_basis,
        }
