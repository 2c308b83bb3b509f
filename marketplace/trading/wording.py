"""Words of trading: why something is disturbed, what a move breaks, and the sentences of its notices."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.accounts import notices

OVERDUE = "overdue"
CAUSES: dict[str, Promise] = {
    "machine-off": _("The machine is off during the run."),
    "machine-silent": _("The machine says nothing any more during the run."),
    "machine-alarm": _("The machine reports a fault."),
    "machine-reported": _("The factory says the machine is down."),
    "declined": _("The factory declined."),
    "not-answered": _("The factory did not answer in time."),
    "late": _("The run is behind its time."),
    "not-begun": _("Nobody has begun the run, and its time has come."),
    "short": _("Fewer good pieces were made than planned."),
    "displaced": _("A rated order takes precedence over this run."),
    "planned-anew": _("The order was planned anew, and other machines make these pieces."),
    "moved": _("A planner moves this run; the rest is planned around it."),
    OVERDUE: _("The agreed date has passed, and not everything has left for its place."),
}

BROKEN: dict[int, Promise] = {
    1: _("The machine cannot do this step, or lacks a certificate the order asks for."),
    2: _("The machine is not offered for all of this time, or is taken in it by other work."),
    3: _("The time does not fit the machine's speed and set-up."),
    4: _("The run would be smaller than the machine's least quantity."),
    5: _("Pieces are not there when they are needed, or would leave before they are made."),
    6: _("Something would start too early, or arrive after the last possible moment."),
    7: _("Not everything that is ordered would be delivered."),
    8: _("More factories would work on the order than it allows."),
    9: _("A run that stands would change."),
    10: _("A truck would not leave by the timetable."),
    11: _("The plan would not add up."),
}


def cause_of(code: str) -> Promise | str:
    return CAUSES.get(code, code)


def register_notices() -> None:
    """For the bell and the mail; the facts are those that `tell` is called with."""
    for kind, sentence in _SENTENCES.items():
        notices.register(f"trading.{kind}", sentence)


_SENTENCES: dict[str, Promise] = {
    "machine-down": _(
        "%(order)s: a machine is down; the promise of %(promised_at)s is at risk. It is being planned anew."
    ),
    "declined": _(
        "%(order)s: a factory declined a run; it is being planned anew (promised %(promised_at)s)."
    ),
    "late": _("%(order)s: a run is late; it is being planned anew (promised %(promised_at)s)."),
    "short": _(
        "%(order)s: a run made fewer pieces than planned; the rest is being planned anew (promised %(promised_at)s)."
    ),
    "own-machine-down": _(
        "%(machine)s is down under booked work (run of %(starts_at)s). Say when it is back; the rest is planned anew."
    ),
    "own-declined": _("You declined the run on %(machine)s of %(starts_at)s."),
    "own-late": _("The run on %(machine)s of %(starts_at)s is late; the rest is planned anew."),
    "own-short": _("The run on %(machine)s of %(starts_at)s fell short; the rest is planned anew."),
    "change-proposed": _(
        "%(order)s: a change is proposed, all there by %(arrives_at)s. Look at it and commit it."
    ),
    "no-change-found": _("%(order)s: no way was found to make up for the disturbance."),
    "delay-with-date": _(
        "%(order)s: notice of delay no. %(number)s. Agreed was %(agreed_at)s, the new date is %(arrives_at)s. The document "
        "is with the order."
    ),
    "delay-date-follows": _(
        "%(order)s: notice of delay no. %(number)s. The agreed date of %(agreed_at)s does not hold; a new date follows. "
        "The document is with the order."
    ),
    "delay-over": _(
        "%(order)s: notice no. %(number)s. The agreed date of %(agreed_at)s holds again. The document is with the order."
    ),
    "change-committed": _("%(order)s: the change is committed, all there by %(promised_at)s."),
    "runs-changed": _("Your booked runs for %(product)s have changed; look at your booked work."),
    "displaced-with-date": _(
        "%(order)s: %(runs)s booked runs gave way to an order rated %(rating)s (%(declaration)s; %(authority)s; "
        "%(legal_basis)s). Promised for %(promised_at)s, now expected by %(arrives_at)s. A change is being proposed; the "
        "written notice of delay is on the page."
    ),
    "displaced-date-follows": _(
        "%(order)s: %(runs)s booked runs gave way to an order rated %(rating)s (%(declaration)s; %(authority)s; "
        "%(legal_basis)s). The promise of %(promised_at)s no longer holds. A new date follows."
    ),
    "displaced-and-ended": _(
        "%(order)s: %(runs)s held runs gave way to an order rated %(rating)s (%(declaration)s; %(authority)s; "
        "%(legal_basis)s). The offer of %(promised_at)s has ended; the order is open, ask for new plans."
    ),
    "displaced-new-date": _(
        "%(order)s, which gave way to an order rated %(rating)s: the new date is %(arrives_at)s, promised was "
        "%(promised_at)s. Look at the change."
    ),
    "displaced-no-date": _(
        "%(order)s, which gave way to an order rated %(rating)s: no new date was found yet, promised was "
        "%(promised_at)s. Look at it and decide."
    ),
    "own-runs-gave-way": _(
        "%(runs)s of your runs for %(product)s (%(machines)s, the first from %(starts_at)s) gave way to an order rated "
        "%(rating)s (%(declaration)s; %(authority)s; %(legal_basis)s). You keep %(kept)s runs of this order; their time "
        "does not change."
    ),
    # as it was told before the reason and the date were in it; rows of it remain
    "displaced": _(
        "%(order)s: %(runs)s booked runs gave way to an order rated %(rating)s. The promise of "
        "%(promised_at)s no longer holds; a new plan with its date follows at once."
    ),
    "own-runs-displaced": _("%(runs)s of your booked runs gave way to an order rated %(rating)s."),
}
