"""Everything that changes what is made."""

from marketplace.production.services.counting import take_counts
from marketplace.production.services.opening import deals_without_work, open_work
from marketplace.production.services.programs import follow_programs
from marketplace.production.services.starting import Started, close_short, start_work, stop_work
from marketplace.production.services.tallying import Outcome, TallyDraft, Told, tell, tell_all

__all__ = [
    "Outcome",
    "Started",
    "TallyDraft",
    "Told",
    "close_short",
    "deals_without_work",
    "follow_programs",
    "open_work",
    "start_work",
    "stop_work",
    "take_counts",
    "tell",
    "tell_all",
]
