"""Reading what is made. What takes database keys is for callers that have shown that the viewer may see it."""

from marketplace.production.gate import may_ship, unapproved
from marketplace.production.selectors.account import (
    ItemAccount,
    OperationMade,
    account,
    made_by_operation,
)
from marketplace.production.selectors.articles import (
    OrderWithArticles,
    article_for_buyer,
    articles_for_buyer,
    articles_of_order,
    orders_with_articles,
    photo_of,
)
from marketplace.production.selectors.forecast import Forecast, forecast, last_finish
from marketplace.production.selectors.own import (
    last_undoable,
    machines_with_pin,
    ordered,
    own_machine,
    own_package,
    own_site,
    own_work,
    own_work_order,
    pin_of,
    sites_with_pin,
    tallies_of,
)
from marketplace.production.selectors.rows import WorkRow, work_matching, work_rows

__all__ = [
    "Forecast",
    "ItemAccount",
    "OperationMade",
    "OrderWithArticles",
    "WorkRow",
    "account",
    "article_for_buyer",
    "articles_for_buyer",
    "articles_of_order",
    "forecast",
    "last_finish",
    "last_undoable",
    "machines_with_pin",
    "made_by_operation",
    "may_ship",
    "ordered",
    "orders_with_articles",
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
    "work_matching",
    "work_rows",
]
