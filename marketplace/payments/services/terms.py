"""The terms of payment of a deal, frozen when first asked for."""

from django.conf import settings

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
