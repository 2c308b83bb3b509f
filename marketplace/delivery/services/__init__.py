"""Everything that moves goods: plan, pack, dispatch, arrive, receive, do without."""

from marketplace.delivery.services.arrive import arrive, arrive_by_link
from marketplace.delivery.services.batch import Outcome
from marketplace.delivery.services.finish import conclude, settle
from marketplace.delivery.services.moments import NO_MOMENT, WrongMoment
from marketplace.delivery.services.pack import (
    MOST_BOXES,
    Packing,
    dispatch,
    dispatch_many,
    pack,
    unpack,
    usual_box_size,
)
from marketplace.delivery.services.plan import add_shipment, announce_ready, plan_shipments
from marketplace.delivery.services.receive import (
    Count,
    Whole,
    receive,
    receive_box,
    receive_many,
    undo_line,
)
from marketplace.delivery.services.sweep import sweep

__all__ = [
    "MOST_BOXES",
    "NO_MOMENT",
    "Count",
    "Outcome",
    "Packing",
    "Whole",
    "WrongMoment",
    "add_shipment",
    "announce_ready",
    "arrive",
    "arrive_by_link",
    "conclude",
    "dispatch",
    "dispatch_many",
    "pack",
    "plan_shipments",
    "receive",
    "receive_box",
    "receive_many",
    "settle",
    "sweep",
    "undo_line",
    "unpack",
    "usual_box_size",
]
