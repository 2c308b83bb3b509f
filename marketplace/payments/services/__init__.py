"""Money of orders: earned by accepted pieces, invoiced, paid, paid out."""

from marketplace.payments.services.accept import accept_delivery

__all__ = ["accept_delivery"]
