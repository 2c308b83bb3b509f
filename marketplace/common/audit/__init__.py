"""The log of every use of power: hash-chained rows whose head is anchored in a file outside the database."""

from marketplace.common.audit.record import Acting, entries_about, record

__all__ = ["Acting", "entries_about", "record"]
