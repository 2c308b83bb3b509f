"""Everything that changes what is made."""

from marketplace.production.services.articles import Approvals, approve_articles, decide_article, show_article
from marketplace.production.services.behind import report_what_falls_behind
from marketplace.production.services.counting import go_on_by_hand, take_counts
from marketplace.production.services.opening import deals_without_work, open_work
from marketplace.production.services.over import close_what_is_over
from marketplace.production.services.programs import follow_programs
from marketplace.production.services.starting import Started, close_short, set_box_size, start_work, stop_work
from marketplace.production.services.stations import (
    LetIn,
    drop_machine_pin,
    enter,
    find_link,
    leave,
    renew_link,
    revoke_link,
    session_of,
    set_pin,
)
from marketplace.production.services.tallying import Outcome, TallyDraft, Told, tell, tell_all

__all__ = [
    "Approvals",
    "LetIn",
    "Outcome",
    "Started",
    "TallyDraft",
    "Told",
    "approve_articles",
    "close_short",
    "close_what_is_over",
    "deals_without_work",
    "decide_article",
    "drop_machine_pin",
    "enter",
    "find_link",
    "follow_programs",
    "go_on_by_hand",
    "leave",
    "open_work",
    "renew_link",
    "report_what_falls_behind",
    "revoke_link",
    "session_of",
    "set_box_size",
    "set_pin",
    "show_article",
    "start_work",
    "stop_work",
    "take_counts",
    "tell",
    "tell_all",
]
