"""The life of an order: which status may follow which."""

from marketplace.orders.models import Order

S = Order.Status

FOLLOWS: dict[str, frozenset[str]] = {
    S.DRAFT: frozenset({S.OPEN, S.CANCELLED}),
    S.OPEN: frozenset({S.DRAFT, S.OFFERED, S.CANCELLED}),  # back to draft: the buyer changes it
    S.OFFERED: frozenset({S.OPEN, S.PLACED, S.CANCELLED}),  # back to open: no factory took it
    S.PLACED: frozenset({S.OPEN, S.RUNNING}),  # back to open: the agreement fell through
    S.RUNNING: frozenset({S.DONE}),
    S.DONE: frozenset(),
    S.CANCELLED: frozenset(),
}
BUYER_MAY_CHANGE = frozenset({S.DRAFT, S.OPEN})
BUYER_MAY_CANCEL = frozenset(status for status, next_ones in FOLLOWS.items() if S.CANCELLED in next_ones)


def may_follow(status: str, to: str) -> bool:
    return to in FOLLOWS[status]
