"""What goods on their way are called: a piece after an operation, the finished product, a material."""

from django.utils.translation import gettext as _

from marketplace.orders.models import Product


def goods_names(product: Product) -> dict[str, str]:
    """By the codes that plans use. Two queries where the caller did not prefetch operations, needs and materials."""
    names: dict[str, str] = {}
    operations = list(product.operations.prefetch_related("needs__material"))
    for operation in operations:
        names |= {need.material.code: need.material.name for need in operation.needs.all() if need.material}
        names[operation.makes] = _("after %(operation)s") % {"operation": operation.name}
    consumed = {need.item for operation in operations for need in operation.needs.all()}
    return names | {o.makes: product.name for o in operations if o.makes not in consumed}
