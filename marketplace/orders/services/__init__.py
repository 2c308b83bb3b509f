"""Changing products and orders."""

from marketplace.orders.services.orders import (
    InvalidTransition,
    cancel_order,
    change_order,
    change_status,
    create_order,
    open_order,
    set_price,
)
from marketplace.orders.services.products import (
    CodeTaken,
    ProductDraft,
    ProductInUse,
    create_material,
    create_product,
    update_product,
)
from marketplace.orders.services.rating import set_rating

__all__ = [
    "CodeTaken",
    "InvalidTransition",
    "ProductDraft",
    "ProductInUse",
    "cancel_order",
    "change_order",
    "change_status",
    "create_material",
    "create_order",
    "create_product",
    "open_order",
    "set_price",
    "set_rating",
    "update_product",
]
