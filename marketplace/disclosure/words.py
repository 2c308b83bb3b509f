"""The vocabulary of disclosure: groups of fields, audiences, and the words that say how much of one the other sees."""

from enum import StrEnum

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Group(models.TextChoices):
    """What an enterprise has that others may or may not see; in the order it is shown."""

    CITY = "city", _("City")
    CAPABILITY = "capability", _("Processes and rough abilities")
    IDENTITY = "identity", _("Name and registration")
    MACHINE_MODEL = "machine-model", _("Exact machines")
    FREE_CAPACITY = "free-capacity", _("Free hours by day")
    PRICES = "prices", _("Prices")
    TELEMETRY = "telemetry", _("What machines report")
    QUALITY = "quality", _("Quality records")
    STAFF_DATA = "staff-data", _("Data about staff")
    DOCK = "dock", _("Dock address of a shipment")


class Audience(models.TextChoices):
    """Who looks, from the farthest to the nearest; the neighbour and the platform's staff stand apart."""

    PUBLIC = "public", _("Everybody")
    BUYER_SEARCHING = "buyer-searching", _("A verified buyer who searches")
    BUYER_WITH_REQUEST = "buyer-with-request", _("A buyer who sent you a request")
    CONTRACT_PARTY = "contract-party", _("A party to a contract with you")
    LEAD_FACTORY = "lead-factory", _("The lead factory of an order")
    COORDINATOR = "coordinator", _("A coordinator in normal times")
    COORDINATOR_DECLARED = "coordinator-declared", _("A coordinator in a declared emergency")
    LAB = "lab", _("A lab or auditor")
    NEIGHBOUR = "neighbour", _("The factory before or after you in an order")
    STAFF = "staff", _("Staff of the platform")


class Word(StrEnum):
    """How much of a group an audience sees."""

    YES = "yes"
    NO = "no"
    OPT_IN = "opt-in"
    BAND = "band"
    FITS_MY_LOT = "fits-my-lot"
    FOR_MY_LOT = "for-my-lot"
    MY_LOTS = "my-lots"
    MY_ORDER = "my-order"
    AGGREGATE = "aggregate"
    EXACT_LOGGED = "exact-logged"
    OWN_QUOTE = "own-quote"
    CONTRACT = "contract"
    OWN_MARGIN = "own-margin"
    PROGRAMME_PRICE = "programme-price"
    SIGNED_COUNTS = "signed-counts"
    COUNTS_OF_ORDER = "counts-of-order"
    COUNTS_OF_PROGRAMME = "counts-of-programme"
    ON_DISPUTE = "on-dispute"
    GRADE = "grade"
    SAMPLE = "sample"
    FAILURE_RATE = "failure-rate"
    PROGRAMME_LOTS = "programme-lots"
    QUALIFIED_YES_NO = "qualified-yes-no"
    HEAD_COUNT = "head-count"
    FROM_DISPATCH = "from-dispatch"
    BREAK_GLASS = "break-glass"


IN_WORDS: dict[Word, str | Promise] = {
    Word.YES: _("sees it"),
    Word.NO: _("sees nothing"),
    Word.OPT_IN: _("sees it only if the owner says so"),
    Word.BAND: _("sees a rough class, no maker and no model"),
    Word.FITS_MY_LOT: _("learns whether its lot fits, no hours"),
    Word.FOR_MY_LOT: _("sees the hours offered for its lot"),
    Word.MY_LOTS: _("sees what concerns its own lots"),
    Word.MY_ORDER: _("sees what concerns its order"),
    Word.AGGREGATE: _("sees sums over five owners or more, rounded"),
    Word.EXACT_LOGGED: _("sees exact figures for the goods of the programme; each look is logged"),
    Word.OWN_QUOTE: _("sees the price quoted to it"),
    Word.CONTRACT: _("sees the price of its contract"),
    Word.OWN_MARGIN: _("sees its own margin"),
    Word.PROGRAMME_PRICE: _("sees the price of orders of the programme"),
    Word.SIGNED_COUNTS: _("sees signed counts of its lot"),
    Word.COUNTS_OF_ORDER: _("sees the counts of the order"),
    Word.COUNTS_OF_PROGRAMME: _("sees the counts of lots of the programme"),
    Word.ON_DISPUTE: _("sees it in a dispute, for a time the owner grants"),
    Word.GRADE: _("sees a grade"),
    Word.SAMPLE: _("sees a sample"),
    Word.FAILURE_RATE: _("sees the rate of failures"),
    Word.PROGRAMME_LOTS: _("sees records of lots of the programme"),
    Word.QUALIFIED_YES_NO: _("learns whether people are qualified, yes or no"),
    Word.HEAD_COUNT: _("sees the number of people"),
    Word.FROM_DISPATCH: _("sees it from dispatch on, for that shipment"),
    Word.BREAK_GLASS: _("sees it only through broken glass: with a reason, at most four hours, logged, the owner told"),
}  # fmt: skip
