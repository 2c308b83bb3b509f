"""What coordinators, the firms they ask and the owners whose capacity they look at may read."""

from marketplace.mobilisation.selectors.control_room import (
    NUM_WEEKS,
    WEEK,
    capacity,
    first_week,
    need,
    network,
)
from marketplace.mobilisation.selectors.declarations import (
    declaration,
    declarations,
    extension,
    live_declaration,
    live_declarations_of,
)
from marketplace.mobilisation.selectors.exercises import exercise, exercises_of
from marketplace.mobilisation.selectors.firms import firm, firm_list, firms
from marketplace.mobilisation.selectors.giving_way import (
    Bearer,
    OrderThatGivesWay,
    bearers,
    giving_way,
)
from marketplace.mobilisation.selectors.owners import asked_of, reading_summary, readings_of, recorded_about
from marketplace.mobilisation.selectors.programmes import (
    confirmation_of,
    newest_precedence_plan,
    precedence_plan,
    programme,
    programmes,
    rateable,
    rated,
    rating,
)
from marketplace.mobilisation.selectors.questions import (
    Asked,
    ask_by_token,
    asked,
    link_of,
    question,
    questions,
    tally_of,
)
from marketplace.mobilisation.selectors.trail import Wanted, last_of_trail, trail

__all__ = [
    "NUM_WEEKS",
    "WEEK",
    "Asked",
    "Bearer",
    "OrderThatGivesWay",
    "Wanted",
    "ask_by_token",
    "asked",
    "asked_of",
    "bearers",
    "capacity",
    "confirmation_of",
    "declaration",
    "declarations",
    "exercise",
    "exercises_of",
    "extension",
    "firm",
    "firm_list",
    "firms",
    "first_week",
    "giving_way",
    "last_of_trail",
    "link_of",
    "live_declaration",
    "live_declarations_of",
    "need",
    "network",
    "newest_precedence_plan",
    "precedence_plan",
    "programme",
    "programmes",
    "question",
    "questions",
    "rateable",
    "rated",
    "rating",
    "reading_summary",
    "readings_of",
    "recorded_about",
    "tally_of",
    "trail",
]
