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
