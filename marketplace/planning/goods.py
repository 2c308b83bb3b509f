"""What goods on their way are called: a piece after an operation, the finished product, a material; and their units."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from marketplace.orders.models import Product


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """`unit` is what 1 of it is: `piece`, `m`, `kg`."""

    name: str
    unit: str


def goods_of(product: Product) -> dict[str, Goods]:
    """By the codes that plans use. Two queries where the caller did not prefetch operations, needs and materials."""
    found: dict[str, Goods] = {}
    operations = list(product.operations.prefetch_related("needs__material"))
    for operation in operations:
        found |= {
            need.material.code: Goods(name=need.material.name, unit=need.material.unit)
            for need in operation.needs.all()
            if need.material
        }
        name = _("after %(operation)s") % {"operation": operation.name}
        found[operation.makes] = Goods(name=name, unit=operation.unit)
    consumed = {need.item for operation in operations for need in operation.needs.all()}
    return found | {
        one.makes: Goods(name=product.name, unit=one.unit) for one in operations if one.makes not in consumed
    }


def goods_names(product: Product) -> dict[str, str]:
    """As `goods_of`, the names alone."""
    return {item: goods.name for item, goods in goods_of(product).items()}
