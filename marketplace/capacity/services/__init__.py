"""Changing what machines are, offer and have taken."""

from marketplace.capacity.services.abilities import remove_capability, remove_rate, set_capability, set_rate
from marketplace.capacity.services.asked import keep_asked
from marketplace.capacity.services.calendar import (
    add_weekly_hours,
    remove_exception,
    set_exception,
    set_week,
)
from marketplace.capacity.services.changing import MachineChange, change_machines
from marketplace.capacity.services.feeds import NewFeed, renew_feed, revoke_feed
from marketplace.capacity.services.machines import (
    Connection,
    ListedMachine,
    MachineBooked,
    NotReady,
    NumberTaken,
    connect,
    create_machine,
    list_machine,
    publish,
    unpublish,
    update_machine,
)
from marketplace.capacity.services.many import NewMachine, create_machines
from marketplace.capacity.services.own_time import OwnTime, set_own_time
from marketplace.capacity.services.taken import (
    JobNumberTaken,
    OutsideOffer,
    TimeTaken,
    Wanted,
    add_maintenance,
    add_own_job,
    book,
    book_runs,
    hold,
    hold_runs,
    release,
    remove_taken,
    take_time,
)
from marketplace.capacity.services.windows import (
    NothingIdle,
    WindowOverlaps,
    offer_idle_time,
    offer_window,
    withdraw_window,
)

__all__ = [
    "Connection",
    "JobNumberTaken",
    "ListedMachine",
    "MachineBooked",
    "MachineChange",
    "NewFeed",
    "NewMachine",
    "NotReady",
    "NothingIdle",
    "NumberTaken",
    "OutsideOffer",
    "OwnTime",
    "TimeTaken",
    "Wanted",
    "WindowOverlaps",
    "add_maintenance",
    "add_own_job",
    "add_weekly_hours",
    "book",
    "book_runs",
    "change_machines",
    "connect",
    "create_machine",
    "create_machines",
    "hold",
    "hold_runs",
    "keep_asked",
    "list_machine",
    "offer_idle_time",
    "offer_window",
    "publish",
    "release",
    "remove_capability",
    "remove_exception",
    "remove_rate",
    "remove_taken",
    "renew_feed",
    "revoke_feed",
    "set_capability",
    "set_exception",
    "set_own_time",
    "set_rate",
    "set_week",
    "take_time",
    "unpublish",
    "update_machine",
    "withdraw_window",
]
