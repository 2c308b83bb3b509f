"""What is made: work orders, when each was on at its machine, what was tallied, and the station at the machine."""

from marketplace.production.models.articles import ArticleApproval
from marketplace.production.models.station import StationLink, StationPin, StationSession
from marketplace.production.models.tallies import ScrapReason, Tally
from marketplace.production.models.work import ProgramMark, Stint, Stop, StopReason, WorkOrder

__all__ = [
    "ArticleApproval",
    "ProgramMark",
    "ScrapReason",
    "StationLink",
    "StationPin",
    "StationSession",
    "Stint",
    "Stop",
    "StopReason",
    "Tally",
    "WorkOrder",
]
