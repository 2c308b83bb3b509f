"""What each state looks like: always a text and an icon; the tone is never the only sign."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """`tone` is good, attention, bad, active (under way) or neutral."""

    text: Promise | str
    icon: str
    tone: str = "neutral"


LOOKS: dict[str, Look] = {
    # machines
    "cutting": Look(text=_("cutting"), icon="player-play", tone="good"),
    "idle": Look(text=_("idle"), icon="clock-pause", tone="attention"),
    "off": Look(text=_("off"), icon="power"),
    "silent": Look(text=_("silent"), icon="antenna-bars-off", tone="bad"),
    "never-connected": Look(text=_("never connected"), icon="plug-off"),
    "booked": Look(text=_("booked"), icon="calendar-check", tone="active"),
    "listed": Look(text=_("offered"), icon="broadcast", tone="good"),
    "unlisted": Look(text=_("not offered"), icon="eye-off"),
    "on-sale": Look(text=_("for sale"), icon="tag", tone="good"),
    "later": Look(text=_("for sale later"), icon="calendar-time"),
    "nothing": Look(text=_("nothing for sale"), icon="calendar-off", tone="attention"),
    "taken": Look(text=_("taken"), icon="calendar-check", tone="active"),
    "booking": Look(text=_("booked"), icon="calendar-check", tone="active"),
    "hold": Look(text=_("held for a quote"), icon="hourglass", tone="attention"),
    "own_job": Look(text=_("own job"), icon="tools"),
    "maintenance": Look(text=_("maintenance"), icon="tool"),
    # orders
    "draft": Look(text=_("draft"), icon="pencil"),
    "open": Look(text=_("being planned"), icon="loader-2", tone="active"),
    "placed": Look(text=_("placed"), icon="circle-check", tone="good"),
    "running": Look(text=_("running"), icon="player-play", tone="active"),
    "done": Look(text=_("done"), icon="check", tone="good"),
    "cancelled": Look(text=_("cancelled"), icon="ban"),
    # plans
    "queued": Look(text=_("waiting for a worker"), icon="hourglass-empty"),
    "failed": Look(text=_("failed"), icon="alert-triangle", tone="bad"),
    "optimal": Look(text=_("proven best"), icon="rosette-discount-check", tone="good"),
    "feasible": Look(text=_("feasible"), icon="check", tone="good"),
    "unknown": Look(text=_("no plan found"), icon="help-circle"),
    "infeasible": Look(text=_("not possible"), icon="circle-x", tone="bad"),
    # offers
    "offered": Look(text=_("waiting for an answer"), icon="clock", tone="attention"),
    "offering": Look(text=_("waiting for factories"), icon="clock", tone="attention"),
    "replanning": Look(text=_("being re-planned"), icon="refresh", tone="active"),
    "agreed": Look(text=_("agreed"), icon="circle-check", tone="good"),
    "accepted": Look(text=_("accepted"), icon="check", tone="good"),
    "partly": Look(text=_("accepted in part"), icon="circle-half-2", tone="attention"),
    "declined": Look(text=_("declined"), icon="x"),
    "expired": Look(text=_("not answered in time"), icon="clock-x", tone="bad"),
    "gave-way": Look(text=_("gave way"), icon="arrow-forward-up", tone="attention"),
    "displaced": Look(text=_("gave way to a rated order"), icon="arrow-forward-up", tone="attention"),
    "withdrawn": Look(text=_("withdrawn"), icon="arrow-back-up"),
    "replaced": Look(text=_("replaced"), icon="replace"),
    # work at a machine and its first article
    "waiting": Look(text=_("not begun"), icon="clock"),
    "paused": Look(text=_("stands still"), icon="player-pause", tone="attention"),
    "finished": Look(text=_("finished"), icon="check", tone="good"),
    "short": Look(text=_("closed short"), icon="circle-half-2", tone="attention"),
    "wanted": Look(text=_("first article to be shown"), icon="camera", tone="attention"),
    "asked": Look(text=_("waits for approval"), icon="eye-check", tone="attention"),
    "approved": Look(text=_("approved"), icon="check", tone="good"),
    "refused": Look(text=_("refused"), icon="x", tone="bad"),
    # shipments
    "shipment-packed": Look(text=_("packed"), icon="package", tone="active"),
    "shipment-dispatched": Look(text=_("on the way"), icon="truck", tone="active"),
    "shipment-arrived": Look(text=_("arrived"), icon="map-pin-check", tone="attention"),
    # emergencies
    "declared": Look(text=_("in force"), icon="urgent", tone="bad"),
    "rated": Look(text=_("rated"), icon="star", tone="attention"),
    # money
    "issued": Look(text=_("to be paid"), icon="receipt", tone="attention"),
    "part-paid": Look(text=_("paid in part"), icon="circle-half-2", tone="attention"),
    "paid": Look(text=_("paid"), icon="check", tone="good"),
    "credited": Look(text=_("credited"), icon="receipt-refund"),
    "due": Look(text=_("to be paid"), icon="clock", tone="attention"),
    "sending": Look(text=_("being sent"), icon="send", tone="active"),
    # enterprises
    "unverified": Look(text=_("not verified"), icon="shield"),
    "pending": Look(text=_("verification pending"), icon="shield-half", tone="attention"),
    "verified": Look(text=_("verified"), icon="shield-check", tone="good"),
    "rejected": Look(text=_("verification rejected"), icon="shield-x", tone="bad"),
    # rows of an import
    "new": Look(text=_("new"), icon="plus", tone="good"),
    "changed": Look(text=_("changed"), icon="pencil", tone="active"),
    "unchanged": Look(text=_("unchanged"), icon="equal"),
    "removed": Look(text=_("removed"), icon="trash", tone="attention"),
    # answers of any kind
    "ok": Look(text=_("in order"), icon="check", tone="good"),
    "late": Look(text=_("late"), icon="alarm", tone="bad"),
    "at-risk": Look(text=_("at risk"), icon="alert-triangle", tone="attention"),
    "stale": Look(text=_("stale"), icon="clock-exclamation", tone="attention"),
}
UNKNOWN = Look(text=_("unknown"), icon="help-circle")


def look_of(state: str) -> Look:
    """The look of a state; a word we do not know is shown as it is."""
    return LOOKS.get(state, Look(text=state, icon=UNKNOWN.icon) if state else UNKNOWN)
