"""Changing products and orders."""

from marketplace.orders.services.orders import (
    InvalidTransition,
    cancel_order,
    change_status,
    create_order,
    open_order,
    set_price,
)

__all__ = [
    "InvalidTransition",
    "cancel_order",
    "change_status",
    "create_order",
    "open_order",
    "set_price",
]
