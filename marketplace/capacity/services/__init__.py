"""Changing what machines are, offer and have taken."""

from marketplace.capacity.services.taken import (
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

__all__ = [
    "OutsideOffer",
    "TimeTaken",
    "Wanted",
    "add_maintenance",
    "add_own_job",
    "book",
    "book_runs",
    "hold",
    "hold_runs",
    "release",
    "remove_taken",
    "take_time",
]
