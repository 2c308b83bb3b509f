"""Words of the audit trail: what kinds of entries there are, and the sentence of each."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTIONS: dict[str, Promise] = {
    "mobilisation.declaration-drafted": _("drafted"),
    "mobilisation.declaration-changed": _("changed; a draft again"),
    "mobilisation.declaration-proposed": _("proposed with second factor"),
    "mobilisation.declaration-approved": _("approved with second factor"),
    "mobilisation.declaration-refused": _("refused"),
    "mobilisation.declaration-opened": _("began; owners were told"),
    "mobilisation.declaration-ended": _("ended early"),
    "mobilisation.declaration-closed": _("over; owners were told what was read"),
    "mobilisation.approval-refused": _("an approval was not accepted"),
    "mobilisation.extension-proposed": _("later end proposed with second factor"),
    "mobilisation.extension-approved": _("later end approved with second factor"),
    "mobilisation.capacity-read": _("looked at free capacity"),
    "mobilisation.firms-booked": _("took firms of the network into the book"),
    "mobilisation.firms-asked": _("asked firms"),
    "mobilisation.answer-recorded": _("wrote an answer down for a firm"),
    "mobilisation.programme-opened": _("opened a programme"),
    "mobilisation.need-confirmed": _("confirmed a need with the buyer"),
    "mobilisation.order-rated": _("rated an order"),
    "mobilisation.precedence-asked": _("asked for a plan in which a rated order comes first"),
    "mobilisation.precedence-taken": _("committed a plan in which a rated order comes first"),
    "mobilisation.rating-ended": _("a rating ended"),
    "mobilisation.exercise-planned": _("planned a fictitious order on a copy"),
}
SENTENCES: dict[str, Promise] = {
    "mobilisation.declaration-drafted": _("%(who)s drafted the declaration."),
    "mobilisation.declaration-changed": _(
        "%(who)s changed the declaration; it is a draft again and is approved anew."
    ),
    "mobilisation.declaration-proposed": _(
        "%(who)s proposed the declaration, confirmed by %(second_factor)s."
    ),
    "mobilisation.declaration-approved": _(
        "%(who)s approved the declaration, confirmed by %(second_factor)s."
    ),
    "mobilisation.declaration-refused": _("%(who)s refused the declaration: %(reason)s"),
    "mobilisation.declaration-opened": _("The declaration came into force; owners told: %(num_owners)s."),
    "mobilisation.declaration-ended": _("%(who)s ended the declaration before its time: %(reason)s"),
    "mobilisation.declaration-closed": _(
        "The declaration is over; owners told what was read: %(num_owners)s; "
        "ratings that ended with it: %(num_ratings_ended)s."
    ),
    "mobilisation.approval-refused": _("%(who)s tried to approve and was turned away: %(code)s"),
    "mobilisation.extension-proposed": _(
        "%(who)s proposed a later end, %(until)s, confirmed by %(second_factor)s."
    ),
    "mobilisation.extension-approved": _(
        "%(who)s approved the later end, %(until)s, confirmed by %(second_factor)s."
    ),
    "mobilisation.capacity-read": _("%(who)s looked at free capacity; owners (%(num_owners)s): %(owners)s."),
    "mobilisation.firms-booked": _(
        "%(who)s took firms of the network into the book (%(num_firms)s): %(firms)s."
    ),
    "mobilisation.firms-asked": _(
        "%(who)s asked for %(quantity)s of %(goods)s, answers until %(closes_at)s; firms (%(num_firms)s): %(firms)s."
    ),
    "mobilisation.answer-recorded": _(
        "%(who)s wrote down for %(firm)s: %(answer)s, %(quantity)s; told by %(told_by)s."
    ),
    "mobilisation.programme-opened": _(
        "%(who)s opened the programme %(name)s for %(target)s of %(product)s."
    ),
    "mobilisation.need-confirmed": _(
        "%(who)s confirmed the need of %(quantity)s of %(order)s with %(with)s (%(how)s)."
    ),
    "mobilisation.order-rated": _(
        "%(who)s rated %(order)s %(rating)s under %(programme)s: %(quantity)s, to be delivered by %(deliver_by)s."
    ),
    "mobilisation.precedence-asked": _(
        "%(who)s asked for a plan in which %(order)s (%(rating)s) comes first."
    ),
    "mobilisation.precedence-taken": _(
        "%(who)s committed a plan in which %(order)s (%(rating)s) comes first; runs that gave way: %(num_displaced)s."
    ),
    "mobilisation.rating-ended": _("The rating %(rating)s of %(order)s ended: %(reason)s"),
    "mobilisation.exercise-planned": _(
        "%(who)s planned a fictitious order on a copy of the network: %(quantity)s of %(product)s to %(city)s by "
        "%(deliver_by)s, rated %(rating)s."
    ),
}
CODES: dict[str, Promise] = {
    "same-person": _("who proposed cannot approve."),
    "wrong-code": _("the code was wrong."),
    "content-changed": _("what was read had been changed since."),
    "already-decided": _("it was decided already."),
    "wrong-state": _("there was nothing to approve."),
    "no-second-factor": _("no two-step log-in was set up."),
    "forbidden": _("the role does not allow it."),
}
VALUES: dict[tuple[str, str], Promise] = {
    ("second_factor", "totp"): _("a code of the authenticator app"),
    ("second_factor", "recovery_codes"): _("a recovery code"),
    ("answer", "yes"): _("yes, all of it"),
    ("answer", "part"): _("yes, a part"),
    ("answer", "no"): _("no"),
}
