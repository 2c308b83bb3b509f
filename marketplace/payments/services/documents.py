"""The PDF of a contract or an invoice: made once in each language, kept as it was made."""

import hashlib
from collections.abc import Sequence

from django.conf import settings

from marketplace.common.pdf import render_pdf
from marketplace.payments.documents import contract_data, invoice_data
from marketplace.payments.models import Contract, Document, Invoice

LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)


def documents_of_contracts(contracts: Sequence[Contract]) -> None:
    """Make the PDFs of new contracts in every language."""
    Document.objects.bulk_create(
        _document(
            render_pdf("contract", contract_data(contract, language=language)), language, contract=contract
        )
        for contract in contracts
        for language in LANGUAGES
    )


def documents_of_invoice(invoice: Invoice) -> None:
    """Make the PDFs of an invoice in every language, where they are not made yet."""
    made = set(invoice.documents.values_list("language", flat=True))
    Document.objects.bulk_create(
        (
            _document(
                render_pdf("invoice", invoice_data(invoice, language=language)), language, invoice=invoice
            )
            for language in LANGUAGES
            if language not in made
        ),
        ignore_conflicts=True,
    )


def _document(content: bytes, language: str, **of: Contract | Invoice) -> Document:
    return Document(language=language, content=content, sha256=hashlib.sha256(content).hexdigest(), **of)
