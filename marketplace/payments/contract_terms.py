"""What stands in a contract, as plain values without words: the words come in the reader's language (documents.py)."""

import hashlib
import json
from collections.abc import Mapping, Sequence

from marketplace.accounts.models import Enterprise
from marketplace.payments.models import PaymentTerms
from marketplace.payments.worth import Worth
from marketplace.trading.models import Deal, Package, Run

Terms = dict[str, object]


def buyer_terms(deal: Deal, *, terms: PaymentTerms, worth: Worth) -> Terms:
    """With the buyer: what, how many, where to and by when, price, tax, fee. No factory is named."""
    order = deal.order
    return {
        **_common(deal),
        "party": _party(order.buyer),
        "due_at": order.due_at.isoformat(),
        "promised_at": deal.promised_at.isoformat(),
        "drops": [
            {"name": drop.name, "address": drop.address, "city": drop.city, "quantity": drop.quantity}
            for drop in order.drops.all()
        ],
        "net_cents": worth.net_cents,
        "fee_bp": terms.fee_bp,
        "fee_cents": worth.fee_cents,
        "tax_bp": worth.tax_bp,
        "tax_cents": worth.tax_cents,
        "total_cents": worth.total_cents,
        "due_days": terms.due_days,
        "deposit_bp": terms.deposit_bp,
        "is_public_buyer": terms.is_public_buyer,
    }


def factory_terms(deal: Deal, *, enterprise: Enterprise, packages: Sequence[Package]) -> Terms:
    """With a factory: its booked runs alone, what it gets for each, and when. `packages` have their runs loaded."""
    runs = [run for package in packages for run in package.runs.all() if run.status == Run.Status.BOOKED]
    return {
        **_common(deal),
        "party": _party(enterprise),
        "runs": [_run(run) for run in sorted(runs, key=lambda run: (run.starts_at, run.pk))],
        "pay_cents": sum(run.pay_cents for run in runs),
        "pay_on": max(package.pay_on for package in packages).isoformat(),
        "fee_cents": 0,
    }


def terms_hash(terms: Mapping[str, object]) -> str:
    """SHA-256 over the canonical JSON: the same content gives the same version."""
    text = json.dumps(terms, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _common(deal: Deal) -> Terms:
    order = deal.order
    seller = order.seller_of_record
    return {
        "deal": deal.public_id,
        "order": order.public_id,
        "title": order.title,
        "product": order.product.name,
        "quantity": order.quantity,
        "currency": deal.currency,
        "rating": order.rating,
        "certificates": list(order.certificates),
        "seller": _party(seller) if seller is not None else None,
        **_unit(order.product.unit),
    }


def _party(enterprise: Enterprise) -> dict[str, str]:
    return {
        "id": enterprise.public_id,
        "name": enterprise.name,
        "registration_number": enterprise.registration_number,
    }


def _run(run: Run) -> dict[str, object]:
    return {
        "run": run.public_id,
        "machine": run.equipment.name,
        "site": run.equipment.site.name,
        "zone": run.equipment.site.time_zone,
        "operation": run.operation.name,
        "quantity": run.quantity,
        "starts_at": run.starts_at.isoformat(),
        "ends_at": run.ends_at.isoformat(),
        "pay_cents": run.pay_cents,
        **_unit(run.operation.unit),
    }


def _unit(unit: str) -> Terms:
    """Pieces need none: contracts that never named one keep their hash."""
    return {} if unit == "piece" else {"unit": unit}
