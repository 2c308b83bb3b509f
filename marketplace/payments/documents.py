"""What a document shows, in one language: every word comes from the catalogue, every number from what was frozen."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from marketplace.common.money import format_cents
from marketplace.common.show.amounts import quantity_text
from marketplace.orders.buyer_zone import buyer_zone
from marketplace.payments.creditor_reference import in_fours
from marketplace.payments.models import Contract, Invoice

PLATFORM = "Muster"
Data = dict[str, object]


def contract_data(contract: Contract, *, language: str) -> Data:
    """Moments by the party's clock: the buyer's zone, or that of the factory's machines."""
    with translation.override(language):
        is_buyer = contract.role == Contract.Role.BUYER
        zone = _zone_of(contract)
        return {
            "language": language.partition("-")[0],
            "title": _("Purchase contract") if is_buyer else _("Production contract"),
            "subtitle": _("Version %(version)s of %(date)s")
            % {"version": contract.version, "date": _day(contract.made_at, zone)},
            "footer": f"{contract.public_id} · {contract.terms_sha256[:16]}",
            **(_buyer_part(contract.terms, zone) if is_buyer else _factory_part(contract.terms)),
        }


def invoice_data(invoice: Invoice, *, language: str) -> Data:
    with translation.override(language):
        facts = invoice.facts
        rows = [
            (_("To"), _named(facts["buyer"])),
            (_("From"), _named(facts["seller"]) if facts["seller"] else PLATFORM),
            (_("Number"), invoice.number),
            (_("Issued"), _day(invoice.issued_at, buyer_zone(invoice.order))),
            (_("Order"), f"{facts['title']} ({facts['order']})"),
        ]
        return {
            "language": language.partition("-")[0],
            "title": _("Credit note") if invoice.is_credit_note else _("Invoice"),
            "subtitle": invoice.number,
            "footer": invoice.public_id,
            "facts": rows + (_credit_rows(invoice) if invoice.is_credit_note else _paying_rows(invoice)),
            "heads": [_("What"), _("Amount")],
            "lines": _invoice_lines(invoice),
            "sentences": [
                _(
                    "It is set off against what is open of the order; the rest counts against its next invoice, "
                    "or is given back."
                )
                if invoice.is_credit_note
                else _("Please pay by bank transfer and write the reference: it alone says what is paid."),
            ],
        }  # fmt: skip


def _credit_rows(invoice: Invoice) -> list[tuple[str, str]]:
    assert invoice.credits is not None
    is_less = invoice.because == Invoice.Because.LESS
    reason = _("The order comes to less than was invoiced.") if is_less else invoice.reason
    return [(_("Credits invoice"), invoice.credits.number), (_("Reason"), reason)]


def _paying_rows(invoice: Invoice) -> list[tuple[str, str]]:
    rows = [
        (_("Pay by"), invoice.due_on.isoformat()),
        (_("Reference"), in_fours(invoice.reference)),
    ]
    return rows + ([(_("Account"), settings.PLATFORM_BANK)] if settings.PLATFORM_BANK else [])


def _invoice_lines(invoice: Invoice) -> list[tuple[str, str]]:
    def amount(cents: int) -> str:
        return format_cents(-cents if invoice.is_credit_note else cents, invoice.currency)

    accepted = quantity_text(invoice.accepted_total, invoice.order.product.unit)
    what = (
        invoice.facts["product"]
        if invoice.is_credit_note
        else _("%(product)s, accepted so far: %(accepted)s")
        % {"product": invoice.facts["product"], "accepted": accepted}
    )
    fee = [(_("Platform fee"), amount(invoice.fee_cents))] if invoice.fee_cents else []
    return [
        (what, amount(invoice.net_cents)),
        *fee,
        (_("Tax %(rate)s %%") % {"rate": f"{invoice.tax_bp / 100:g}"}, amount(invoice.tax_cents)),
        (_("Total"), amount(invoice.total_cents)),
    ]


def _buyer_part(terms: Mapping[str, Any], zone: str) -> Data:
    currency = terms["currency"]
    lines = [
        (_("Price, net"), format_cents(terms["net_cents"], currency)),
        (_("Platform fee"), format_cents(terms["fee_cents"], currency)),
        (
            _("Tax %(rate)s %%") % {"rate": f"{terms['tax_bp'] / 100:g}"},
            format_cents(terms["tax_cents"], currency),
        ),
        (_("Total"), format_cents(terms["total_cents"], currency)),
    ]
    places = [
        (
            _("To %(place)s") % {"place": f"{drop['name']}, {drop['city']}"},
            _quantity(drop["quantity"], terms),
        )
        for drop in terms["drops"]
    ]
    facts = [
        (_("Buyer"), _named(terms["party"])),
        *_common_facts(terms, quantities=[(_("Quantity"), _quantity(terms["quantity"], terms))]),
        (_("Due"), _moment(terms["due_at"], zone)),
        (_("Promised for"), _moment(terms["promised_at"], zone)),
        *places,
    ]
    return {
        "facts": facts,
        "heads": [_("What"), _("Amount")],
        "lines": lines,
        "sentences": _buyer_sentences(terms),
    }


def _buyer_sentences(terms: Mapping[str, Any]) -> list[str]:
    sentences = [
        _(
            "The goods are accepted by receipt at the place of delivery; differences are written on the receipt."
        ),
        _("Only what is accepted is invoiced, at the price agreed here."),
        _("Invoices are paid within %(days)s days, by bank transfer with the reference of the invoice.")
        % {"days": terms["due_days"]},
    ]
    if terms["is_public_buyer"]:
        sentences.append(_("The buyer is a public body: it pays nothing before acceptance."))
    elif terms["deposit_bp"]:
        sentences.append(
            _(
                "The buyer may pay up to %(rate)s %% of the total ahead by card; it is counted against the first invoice."
            )
            % {"rate": f"{terms['deposit_bp'] / 100:g}"}
        )
    sentences.append(_("What was paid too much is given back on request."))
    return sentences


def _factory_part(terms: Mapping[str, Any]) -> Data:
    currency = terms["currency"]
    heads = [_("Machine"), _("Operation"), _("Quantity"), _("From"), _("To"), _("Pay")]
    lines = [
        (
            run["machine"],
            run["operation"],
            _quantity(run["quantity"], run),
            _moment(run["starts_at"], run["zone"]),
            _moment(run["ends_at"], run["zone"]),
            format_cents(run["pay_cents"], currency),
        )
        for run in terms["runs"]
    ]
    facts = [
        (_("Factory"), _named(terms["party"])),
        *_common_facts(terms, quantities=_own_quantities(terms)),
        (_("Pay"), format_cents(terms["pay_cents"], currency)),
        (_("Pay-out expected on"), terms["pay_on"]),
    ]
    sentences = [
        _("The factory makes the quantity of each run on the named machine in the named time."),
        _("The pay is earned piece by piece as the finished goods are accepted by the buyer."),
        _(
            "It is paid out when the buyer has paid for the accepted pieces; no platform fee is taken from it."
        ),
        _("What cannot be made in time is told at once; it may then be given to others."),
        _("What the factory learns of the order stays with the factory."),
    ]
    return {"facts": facts, "heads": heads, "lines": lines, "sentences": sentences}


def _own_quantities(terms: Mapping[str, Any]) -> list[tuple[str, str]]:
    """How many the factory makes in each operation; the quantity of the order is the buyer's."""
    sums: dict[tuple[str, str], int] = {}
    for run in terms["runs"]:
        step = run["operation"], run.get("unit", "piece")
        sums[step] = sums.get(step, 0) + run["quantity"]
    return [
        (_("Quantity, %(operation)s") % {"operation": operation}, quantity_text(quantity, unit))
        for (operation, unit), quantity in sums.items()
    ]


def _common_facts(
    terms: Mapping[str, Any], *, quantities: Sequence[tuple[str, str]]
) -> list[tuple[str, str]]:
    rows = [
        (_("Partner"), _named(terms["seller"]) if terms["seller"] else PLATFORM),
        (_("Order"), f"{terms['title']} ({terms['order']})"),
        (_("Product"), terms["product"]),
        *quantities,
    ]
    if terms["certificates"]:
        rows.append((_("Certificates"), ", ".join(terms["certificates"])))
    if terms["rating"]:
        rows.append((_("Rating"), terms["rating"]))
    return rows


def _named(party: Mapping[str, str]) -> str:
    number = party["registration_number"]
    return f"{party['name']} ({number})" if number else party["name"]


def _quantity(quantity: int, of: Mapping[str, Any]) -> str:
    """Of terms or a run, which name their unit where it is not the piece."""
    return quantity_text(quantity, of.get("unit", "piece"))


def _zone_of(contract: Contract) -> str:
    runs = contract.terms.get("runs")
    return str(runs[0]["zone"]) if runs else buyer_zone(contract.deal.order)


def _moment(text: str, zone: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} {zone}"


def _day(moment: datetime, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).date().isoformat()
