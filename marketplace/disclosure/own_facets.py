"""What accounts know of an enterprise: where it is, who it is, how many people it has."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from marketplace.accounts.models import Enterprise, Membership, Site
from marketplace.accounts.places import place_name
from marketplace.disclosure import facets
from marketplace.disclosure.facets import Asked, Fact
from marketplace.disclosure.words import Group, Word

WHOLE = frozenset({Word.YES, Word.BREAK_GLASS})


def register_all() -> None:
    facets.register(Group.CITY, city)
    facets.register(Group.IDENTITY, identity)
    facets.register(Group.STAFF_DATA, staff)


def city(asked: Asked, word: Word) -> Sequence[Fact]:
    if word not in WHOLE:
        return []
    cities = Site.objects.filter(enterprise=asked.owner_id).order_by("city").values_list("city", flat=True)
    return [Fact(label=_("City"), value=place_name(one)) for one in dict.fromkeys(cities)]


def identity(asked: Asked, word: Word) -> Sequence[Fact]:
    if word not in WHOLE:
        return []
    owner = Enterprise.objects.get(pk=asked.owner_id)
    facts = [
        Fact(label=_("Name"), value=owner.name),
        Fact(label=_("Verification"), value=owner.get_verification_display()),
    ]
    if owner.registration_number:
        facts.append(Fact(label=_("Registration number"), value=owner.registration_number))
    if owner.certificates:
        facts.append(Fact(label=_("Certificates"), value=", ".join(owner.certificates)))
    return facts


def staff(asked: Asked, word: Word) -> Sequence[Fact]:
    members = Membership.objects.filter(enterprise=asked.owner_id)
    match word:
        case Word.BREAK_GLASS:
            return [Fact(label=_("People"), value=str(members.count()))]
        case Word.QUALIFIED_YES_NO:
            has = members.filter(role=Membership.Role.OPERATOR).exists()
            return [Fact(label=_("People named for work at machines"), value=_("yes") if has else _("no"))]
        case _nothing:
            return []
