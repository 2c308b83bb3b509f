"""Reading what is made. What takes database keys is for callers that have shown that the viewer may see it."""

from marketplace.production.gate import may_ship, unapproved
from marketplace.production.selectors.account import (
    ItemAccount,
    OperationMade,
    account,
    good_at,
    made_by_operation,
    work_of_order,
)
from marketplace.production.selectors.forecast import Forecast, forecast

__all__ = [
    "Forecast",
    "ItemAccount",
    "OperationMade",
    "account",
    "forecast",
    "good_at",
    "made_by_operation",
    "may_ship",
    "unapproved",
    "work_of_order",
]
