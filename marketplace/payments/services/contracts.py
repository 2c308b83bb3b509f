"""Contracts follow agreed deals: one with the buyer, one with each factory, a new version when the content changes."""

from datetime import datetime
from itertools import groupby

from django.db import transaction
from django.db.models import F, Prefetch
from django.urls import reverse

from marketplace.accounts.services import tell
from marketplace.common.live import push_after_commit
from marketplace.orders.models import Order
from marketplace.payments.contract_terms import Terms, buyer_terms, factory_terms, terms_hash
from marketplace.payments.models import Contract
from marketplace.payments.services.crediting import credit_beyond
from marketplace.payments.services.documents import documents_of_contracts
from marketplace.payments.services.earning import book_change
from marketplace.payments.services.following import deals_behind, may_follow, note_followed
from marketplace.payments.services.receiving import after_payment
from marketplace.payments.services.terms import terms_of
from marketplace.payments.worth import worth_of
from marketplace.trading.models import Deal, Package, Run

WRITE_TASK = "payments.write_contracts"


@transaction.atomic
def write_contracts(*, deal_public_id: str, now: datetime) -> list[Contract]:
    """Write the contracts whose content is new; returns them. Nothing for a deal that is not agreed, or twice."""
    order_id = Deal.objects.filter(public_id=deal_public_id).values_list("order_id", flat=True).first()
    if order_id is None:
        return []
    Order.objects.select_for_update(no_key=True).get(pk=order_id)
    deal = _agreed(deal_public_id)
    if deal is None:
        return []
    newest = {(one.enterprise_id, one.role): one for one in deal.contracts.order_by("version")}
    written = []
    for enterprise_id, role, terms in _parties(deal):
        last = newest.get((enterprise_id, role))
        digest = terms_hash(terms)
        if last is None or last.terms_sha256 != digest:
            written.append(
                Contract(
                    deal=deal,
                    enterprise_id=enterprise_id,
                    role=role,
                    version=1 if last is None else last.version + 1,
                    terms=terms,
                    terms_sha256=digest,
                    made_at=now,
                )
            )
    Contract.objects.bulk_create(written)
    documents_of_contracts(written)
    if may_follow(deal):
        follow_change(deal, now=now)
    _tell(written, now=now)
    return written


def follow_change(deal: Deal, *, now: datetime) -> None:
    """What is booked and invoiced follows the deal as it is agreed now. The caller holds the order's lock."""
    order = deal.order
    note_followed(deal)
    book_change(order, deal=deal, now=now)
    if order.invoices.exists():
        credit_beyond(order, deal=deal, now=now)
        after_payment(order, now=now)


def deals_without_contracts() -> list[str]:
    """Public ids of agreed deals whose contracts and books were never written, or before the last re-plan.

    Not while factories are still to answer its offers: the last answer nudges.
    """
    return list(deals_behind().values_list("public_id", flat=True))


def _agreed(public_id: str) -> Deal | None:
    runs = Run.objects.filter(status=Run.Status.BOOKED).select_related("equipment__site", "operation")
    packages = Package.objects.select_related("enterprise").prefetch_related(Prefetch("runs", runs))
    return (
        Deal.objects.filter(public_id=public_id, status=Deal.Status.AGREED)
        .select_related("order__product", "order__buyer", "order__seller_of_record")
        .prefetch_related(
            "order__drops", Prefetch("packages", packages.order_by(F("enterprise_id"), F("pk")))
        )
        .first()
    )


def _parties(deal: Deal) -> list[tuple[int, str, Terms]]:
    """Key, role and terms of the buyer and of every factory that has a booked run."""
    terms = terms_of(deal)
    worth = worth_of(deal, terms=terms)
    parties = [(deal.order.buyer_id, str(Contract.Role.BUYER), buyer_terms(deal, terms=terms, worth=worth))]
    for enterprise_id, own in groupby(deal.packages.all(), key=lambda package: package.enterprise_id):
        packages = [package for package in own if package.runs.all()]
        if packages:
            own_terms = factory_terms(deal, enterprise=packages[0].enterprise, packages=packages)
            parties.append((enterprise_id, str(Contract.Role.FACTORY), own_terms))
    return parties


def _tell(written: list[Contract], *, now: datetime) -> None:
    for contract in written:
        tell(
            [contract.enterprise_id],
            key=f"contract:{contract.public_id}",
            kind="payments.contract-written",
            facts={"title": str(contract.terms["title"]), "version": contract.version},
            url=reverse("payments:contract", args=[contract.public_id]),
            now=now,
        )
    push_after_commit(*{f"order:{contract.deal.order.public_id}" for contract in written})
