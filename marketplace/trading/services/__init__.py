"""Choosing a plan, answering offers, and changing what was agreed when something disturbs it."""

from marketplace.trading.services.after_done import end_done_deals
from marketplace.trading.services.answer import Answer, answer_package, expire_packages
from marketplace.trading.services.choose import cancel_deal, choose_plan, end_cancelled_deals
from marketplace.trading.services.confirm_delays import confirm_delays
from marketplace.trading.services.disturb import dismiss, end_by_itself, report, say_return
from marketplace.trading.services.moves import (
    Broken,
    MoveCheck,
    check_move,
    commit_move,
    pin_run,
    plan_around,
)
from marketplace.trading.services.takeup import consent, take_up
from marketplace.trading.services.watch import watch_machines

__all__ = [
    "Answer",
    "Broken",
    "MoveCheck",
    "answer_package",
    "cancel_deal",
    "check_move",
    "choose_plan",
    "commit_move",
    "confirm_delays",
    "consent",
    "dismiss",
    "end_by_itself",
    "end_cancelled_deals",
    "end_done_deals",
    "expire_packages",
    "pin_run",
    "plan_around",
    "report",
    "say_return",
    "take_up",
    "watch_machines",
]
