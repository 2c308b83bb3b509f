"""Choosing a plan, answering offers, and re-planning what was declined."""

from marketplace.trading.services.answer import Answer, answer_package, expire_packages
from marketplace.trading.services.choose import cancel_deal, choose_plan, end_cancelled_deals
from marketplace.trading.services.takeup import consent, take_up

__all__ = [
    "Answer",
    "answer_package",
    "cancel_deal",
    "choose_plan",
    "consent",
    "end_cancelled_deals",
    "expire_packages",
    "take_up",
]
