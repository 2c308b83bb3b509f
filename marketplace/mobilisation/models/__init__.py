"""Emergencies: who declared what for how long, what was asked, seen and rated under it."""

from marketplace.mobilisation.models.declarations import Declaration, Extension, Hazard, TwoPersonAct
from marketplace.mobilisation.models.exercises import Exercise
from marketplace.mobilisation.models.firms import DeclaredCapacity, Firm, FirmList
from marketplace.mobilisation.models.programmes import NeedConfirmation, OrderRating, Programme
from marketplace.mobilisation.models.questions import Answer, Ask, Question
from marketplace.mobilisation.models.sight import Reading

__all__ = [
    "Answer",
    "Ask",
    "Declaration",
    "DeclaredCapacity",
    "Exercise",
    "Extension",
    "Firm",
    "FirmList",
    "Hazard",
    "NeedConfirmation",
    "OrderRating",
    "Programme",
    "Question",
    "Reading",
    "TwoPersonAct",
]
