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
from marketplace.production.selectors.own import (
    article_for_buyer,
    articles_for_buyer,
    last_undoable,
    machines_with_pin,
    ordered,
    own_machine,
    own_package,
    own_site,
    own_work,
    own_work_order,
    photo_of,
    pin_of,
    sites_with_pin,
    tallies_of,
)

__all__ = [
    "Forecast",
    "ItemAccount",
    "OperationMade",
    "account",
    "article_for_buyer",
    "articles_for_buyer",
    "forecast",
    "good_at",
    "last_undoable",
    "machines_with_pin",
    "made_by_operation",
    "may_ship",
    "ordered",
    "own_machine",
    "own_package",
    "own_site",
    "own_work",
    "own_work_order",
    "photo_of",
    "pin_of",
    "sites_with_pin",
    "tallies_of",
    "unapproved",
    "work_of_order",
]
