"""What payments keep: contracts, the ledger, invoices, what moved through the bank, and what was said to Stripe."""

from marketplace.payments.models.contract import Contract, ContractsFollow, Document, PaymentTerms
from marketplace.payments.models.invoice import Invoice, InvoiceSeries
from marketplace.payments.models.ledger import Acceptance, Account, Entry, Line
from marketplace.payments.models.movement import BankLine, Payout, Refund
from marketplace.payments.models.stripe import Charge, ConnectedAccount, StripeCall, StripeEvent

__all__ = [
    "Acceptance",
    "Account",
    "BankLine",
    "Charge",
    "ConnectedAccount",
    "Contract",
    "ContractsFollow",
    "Document",
    "Entry",
    "Invoice",
    "InvoiceSeries",
    "Line",
    "PaymentTerms",
    "Payout",
    "Refund",
    "StripeCall",
    "StripeEvent",
]
