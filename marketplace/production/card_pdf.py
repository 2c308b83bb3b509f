"""Instruction cards on paper: one a page, A5 for a machine, A4 where somebody prints on A4."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from marketplace.common.pdf import render_pdf
from marketplace.common.qr import qr_file
from marketplace.common.show.amounts import quantity_text
from marketplace.production.card import Card, Need

PAPERS = ("a5", "a4")


def cards_pdf(cards: Sequence[Card], *, paper: str = "a5") -> bytes:
    """In the active language, each card's times at its machine. `paper` is one of PAPERS."""
    return render_pdf("card", _data(cards, paper=paper))


def _data(cards: Sequence[Card], *, paper: str) -> dict[str, object]:
    return {
        "language": translation.get_language() or "en",
        "paper": paper,
        "title": _("Instruction card"),
        "footer": _("What counts stands on the page behind the code."),
        "labels": {
            "program": _("Program"),
            "make": _("Make"),
            "needs": _("What goes in"),
            "next": _("Goes to"),
            "scan": _("Scan to tell what is made. The PIN is told by your planner."),
        },
        "cards": [_card(card) for card in cards],
    }


def _card(card: Card) -> dict[str, object]:
    work_order = card.work_order
    with timezone.override(ZoneInfo(card.zone)):
        facts = [
            [_("Machine"), card.machine],
            [_("Start"), _moment(card.starts_at, card.zone)],
            [_("End"), _moment(card.ends_at, card.zone)],
            [_("Set-up"), _("%(minutes)s min") % {"minutes": card.setup_min}],
        ]
    facts += [[fact.label, fact.text] for fact in card.parameters]
    if card.certificates:
        facts.append([_("Certificates"), ", ".join(card.certificates)])
    if work_order.first_quantity:
        first = _("Make %(quantity)s, send a photo of one and wait for the approval.")
        facts.append(
            [_("First article"), first % {"quantity": quantity_text(work_order.first_quantity, card.unit)}]
        )
    return {
        "code": card.code,
        "version": _("Version %(number)s") % {"number": work_order.card_version},
        "what": f"{card.operation}: {card.product}",
        "quantity": quantity_text(work_order.quantity, card.unit),
        "facts": facts,
        "needs": [_need(need) for need in card.needs],
        "next": list(card.next_stations),
        "qr": qr_file(card.link) if card.link else "",
    }


def _need(need: Need) -> list[str]:
    """A row: what, how much, who brings it. What the step before makes is named by that step alone."""
    return [need.name, need.amount, need.source] if need.name else [need.source, need.amount, ""]


def _moment(moment: object, zone: str) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M} ({zone})"  # type: ignore[arg-type]
