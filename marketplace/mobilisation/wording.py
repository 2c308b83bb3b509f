"""What is said about emergencies."""

from django.utils.translation import gettext_lazy as _

NEWS = {
    "mobilisation.capacity-opened": _(
        "%(title)s: until %(until_at)s %(office)s may see the free capacity of your machines that fit. "
        "Authority: %(authority)s. Legal basis: %(basis)s."
    ),
    "mobilisation.capacity-closed": _(
        "%(title)s is over: %(office)s no longer sees your free capacity. Looks at it: %(looks)s."
    ),
    "mobilisation.asked": _("%(office)s asks: %(quantity)s pieces of %(goods)s. Answer until %(closes_at)s."),
}
ACTIONS = {
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
}
