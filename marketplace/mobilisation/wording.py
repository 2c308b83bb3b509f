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
    "mobilisation.drill-opened": _(
        "Drill: %(title)s. Until %(until_at)s %(office)s may see the free capacity of your machines that fit, as in an "
        "emergency. Authority: %(authority)s. Legal basis: %(basis)s. Nothing is displaced."
    ),
    "mobilisation.drill-closed": _(
        "Drill: %(title)s is over; %(office)s no longer sees your free capacity. Looks at it: %(looks)s."
    ),
    "mobilisation.drill-asked": _(
        "Drill: %(office)s asks: %(quantity)s of %(goods)s. Answer until %(closes_at)s, as you would in earnest; "
        "nothing is ordered."
    ),
    "mobilisation.declaration-proposed": _(
        "%(title)s waits for a second person of your office: who has not proposed it reads and approves or refuses it."
    ),
    "mobilisation.extension-proposed": _(
        "A later end of %(title)s waits for a second person of your office: who has not proposed it decides."
    ),
    "mobilisation.asked": _("%(office)s asks: %(quantity)s of %(goods)s. Answer until %(closes_at)s."),
}
