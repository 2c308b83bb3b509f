"""Everything that coordinators do, and what firms answer them."""

from marketplace.mobilisation.services.answers import Said, answer_by_link, record_answer
from marketplace.mobilisation.services.book import add_covered_firms
from marketplace.mobilisation.services.claim_links import claim_link_of
from marketplace.mobilisation.services.declarations import (
    approve_declaration,
    change_declaration,
    create_declaration,
    end_declaration,
    propose_declaration,
    refuse_declaration,
)
from marketplace.mobilisation.services.exercises import (
    ask_exercise,
    exercises_to_solve,
    require_drill,
    solve_exercise,
)
from marketplace.mobilisation.services.extensions import approve_extension, propose_extension
from marketplace.mobilisation.services.firm_lists import read_firm_list, take_firm_list
from marketplace.mobilisation.services.looking import look_at_capacity
from marketplace.mobilisation.services.opening import follow_clock
from marketplace.mobilisation.services.precedence import ask_for_precedence, take_precedence
from marketplace.mobilisation.services.programmes import open_programme
from marketplace.mobilisation.services.questions import QuestionDraft, ask_firms, renew_link
from marketplace.mobilisation.services.rating_ends import end_outdated_ratings
from marketplace.mobilisation.services.ratings import confirm_need, rate_order

__all__ = [
    "QuestionDraft",
    "Said",
    "add_covered_firms",
    "answer_by_link",
    "approve_declaration",
    "approve_extension",
    "ask_exercise",
    "ask_firms",
    "ask_for_precedence",
    "change_declaration",
    "claim_link_of",
    "confirm_need",
    "create_declaration",
    "end_declaration",
    "end_outdated_ratings",
    "exercises_to_solve",
    "follow_clock",
    "look_at_capacity",
    "open_programme",
    "propose_declaration",
    "propose_extension",
    "rate_order",
    "read_firm_list",
    "record_answer",
    "refuse_declaration",
    "renew_link",
    "require_drill",
    "solve_exercise",
    "take_firm_list",
    "take_precedence",
]
