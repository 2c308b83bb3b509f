"""The terms of payment of a deal, frozen when first asked for."""

from django.conf import settings
from django.db.models import Q

from marketplace.orders.models import Order
from marketplace.payments.models import PaymentTerms
from marketplace.trading.models import Deal

DUE_DAYS = 30


def terms_of(deal: Deal) -> PaymentTerms:
    """The terms the deal was agreed under. Rated orders bear no fee: they may cost no more than others."""
    order = deal.order
    terms, _is_new = PaymentTerms.objects.get_or_create(
        deal=deal,
        defaults={
            "fee_bp": 0 if order.rating else settings.PLATFORM_FEE_BP,
            "tax_bp": order.tax_bp,
            "deposit_bp": 0 if order.buyer.is_public_body else settings.DEPOSIT_BP,
            "due_days": DUE_DAYS,
            "is_public_buyer": order.buyer.is_public_body,
        },
    )
    return terms


def agreed_deal(order: Order) -> Deal | None:
    """The living deal of an order, once it was agreed: also while a disturbed rest of it is being agreed anew."""
    was_agreed = Q(status=Deal.Status.AGREED) | Q(contracts_follow__isnull=False)
    return Deal.objects.filter(was_agreed, order=order).exclude(status=Deal.Status.FAILED).first()
