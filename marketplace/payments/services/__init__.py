"""Money of orders: earned by accepted pieces, invoiced, paid, paid out."""

from marketplace.payments.services.accept import accept_delivery
from marketplace.payments.services.bank_lines import BankDraft
from marketplace.payments.services.cards import (
    deposit_cents,
    may_pay_by_card,
    pay_deposit,
    pay_invoice_by_card,
)
from marketplace.payments.services.contracts import write_contracts
from marketplace.payments.services.covering import cover_difference
from marketplace.payments.services.crediting import credit_invoice
from marketplace.payments.services.earning import accepted_pieces
from marketplace.payments.services.inbox import revive_event, store_event
from marketplace.payments.services.incoming import Confirmed, confirm_transfer
from marketplace.payments.services.invoicing import issue_invoice
from marketplace.payments.services.onboarding import connect_stripe
from marketplace.payments.services.outbox import revive_call
from marketplace.payments.services.payouts import confirm_payout, pay_by_transfer, resend_payout
from marketplace.payments.services.receiving import free_credit, status_of
from marketplace.payments.services.refunds import confirm_refund, refund_credit
from marketplace.payments.services.settlers import may_settle, require_settler

__all__ = [
    "BankDraft",
    "Confirmed",
    "accept_delivery",
    "accepted_pieces",
    "confirm_payout",
    "confirm_refund",
    "confirm_transfer",
    "connect_stripe",
    "cover_difference",
    "credit_invoice",
    "deposit_cents",
    "free_credit",
    "issue_invoice",
    "may_pay_by_card",
    "may_settle",
    "pay_by_transfer",
    "pay_deposit",
    "pay_invoice_by_card",
    "refund_credit",
    "require_settler",
    "resend_payout",
    "revive_call",
    "revive_event",
    "status_of",
    "store_event",
    "write_contracts",
]
