"""Reading by the matrix: who a viewer is to an enterprise, what it may see, and what owners opened."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Enterprise
from marketplace.accounts.viewer import Viewer
from marketplace.common.errors import NotFound
from marketplace.disclosure.facets import Asked, Fact, facts_of
from marketplace.disclosure.matrix import Cell, decide
from marketplace.disclosure.models import BreakGlass, Grant, Look
from marketplace.disclosure.relations import NEAREST_FIRST, found_between
from marketplace.disclosure.words import Audience, Group, Word

NEEDS_A_GRANT = frozenset({Word.OPT_IN, Word.ON_DISPUTE})
# What a grant of a group opens where the matrix alone would not; whoever gets these of a dispute is a lab or auditor.
OPENED: dict[Group, Word] = {
    Group.IDENTITY: Word.YES,
    Group.MACHINE_MODEL: Word.YES,
    Group.FREE_CAPACITY: Word.EXACT_LOGGED,
    Group.TELEMETRY: Word.ON_DISPUTE,
    Group.QUALITY: Word.YES,
}
LEAST_LETTERS = 2
MOST_READERS = 20
MOST_LOOKED_AT = 200  # by name, before it is asked who may know whom
OF_A_DISPUTE = frozenset({Group.TELEMETRY, Group.QUALITY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A group of a profile: its cell as it holds for this reader, the grant it rests on, and what is shown."""

    cell: Cell
    grant: Grant | None
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """An enterprise as one audience sees it. `name` is empty where the name is not for it."""

    owner: Enterprise
    audience: Audience
    sections: tuple[Section, ...]
    name: str


def live_grants(*, now: datetime) -> QuerySet[Grant]:
    """Begun, not over, not ended: the clock ends a grant, no sweep."""
    return Grant.objects.filter(starts_at__lte=now, ends_at__gt=now, ended_at=None)


def firm_seen_by(viewer: Viewer, *, firm: str, now: datetime) -> Profile:
    """The factory as the viewer's enterprise sees it. `NotFound` where there is none, or none for this viewer.

    Its owner sees the preview of each audience instead.
    """
    owner = Enterprise.objects.filter(public_id=firm, kind=Enterprise.Kind.FACTORY).first()
    if owner is None or owner.pk == viewer.enterprise_id:
        raise NotFound(_("There is no such firm."))
    grants = _grants_to(viewer, owner=owner, now=now)
    audience = _audience_of(viewer, owner=owner, grants=grants, now=now)
    if audience == Audience.PUBLIC and not owner.identity_is_public and not grants:
        raise NotFound(_("There is no such firm."))
    asked = Asked(owner_id=owner.pk, reader_id=viewer.enterprise_id, audience=audience, now=now)
    return profile_of(owner, asked=asked, grants=_valid_for(grants, audience=audience))


def previewed(viewer: Viewer, *, audience: Audience, now: datetime) -> Profile:
    """The viewer's own enterprise through the eyes of an audience, with the grants that audience has."""
    viewer.require_owner()
    owner = Enterprise.objects.get(pk=viewer.require_enterprise())
    grants = list(live_grants(now=now).filter(owner=owner, to_audience=audience, to_enterprise=None))
    if audience == Audience.LAB:
        grants += live_grants(now=now).filter(
            owner=owner, group__in=OF_A_DISPUTE, to_enterprise__isnull=False
        )
    asked = Asked(owner_id=owner.pk, reader_id=None, audience=audience, now=now)
    return profile_of(owner, asked=asked, grants=grants)


def staff_view(owner: Enterprise, *, now: datetime) -> Profile:
    """The staff's column of the matrix. The caller has shown that a glass is broken."""
    asked = Asked(owner_id=owner.pk, reader_id=None, audience=Audience.STAFF, now=now)
    return profile_of(owner, asked=asked, grants=())


def profile_of(owner: Enterprise, *, asked: Asked, grants: Iterable[Grant]) -> Profile:
    """The one way by which a profile comes about, whoever looks. The caller has shown who looks."""
    by_group: dict[str, list[Grant]] = {}
    for grant in grants:
        by_group.setdefault(grant.group, []).append(grant)
    sections = tuple(
        _section(owner, group=group, asked=asked, grants=by_group.get(group, [])) for group in Group
    )
    names = [section for section in sections if section.cell.group == Group.IDENTITY and section.facts]
    return Profile(owner=owner, audience=asked.audience, sections=sections, name=owner.name if names else "")


def readers_known_to(viewer: Viewer, *, words: str, now: datetime) -> list[Enterprise]:
    """Others to whom the viewer may open something, found by words of the name, or by the whole id or number.

    By name only who is no secret to the viewer: verified offices and public bodies, who has opened its name to all,
    and the parties of the viewer's contracts. Whoever knows the whole id or registration number was told it. At most
    MOST_READERS, by name.
    """
    own, words = viewer.require_enterprise(), words.strip()
    others = Enterprise.objects.exclude(pk=own).order_by("name", "pk")
    exact = others.filter(Q(public_id=words) | Q(registration_number=words)) if words else others.none()
    named = others.none()
    if len(words) >= LEAST_LETTERS:
        named = others.filter(*(Q(name__icontains=word) for word in words.split()))
    known = [one for one in named[:MOST_LOOKED_AT] if _is_no_secret(one, to=own, now=now)]
    found = {one.pk: one for one in [*exact[:MOST_READERS], *known]}
    return list(found.values())[:MOST_READERS]


def _is_no_secret(other: Enterprise, *, to: int, now: datetime) -> bool:
    is_verified = other.verification == Enterprise.Verification.VERIFIED
    is_official = other.kind == Enterprise.Kind.COORDINATOR or other.is_public_body
    if other.identity_is_public or (is_verified and is_official):
        return True
    return Audience.CONTRACT_PARTY in (
        found_between(reader_id=other.pk, owner_id=to, now=now)
        | found_between(reader_id=to, owner_id=other.pk, now=now)
    )


def grants_of(viewer: Viewer) -> QuerySet[Grant]:
    """What the viewer's enterprise has opened or had opened, newest first."""
    return (
        Grant.objects.filter(owner=viewer.enterprise_id)
        .select_related("to_enterprise", "given_by", "ended_by")
        .order_by("-id")
    )


def grant_of(viewer: Viewer, *, grant: str) -> Grant:
    found = grants_of(viewer).filter(public_id=grant).first()
    if found is None:
        raise no_such_grant()
    return found


def grants_received(viewer: Viewer, *, now: datetime) -> QuerySet[Grant]:
    """What others let the viewer's enterprise see now."""
    return live_grants(now=now).filter(to_enterprise=viewer.enterprise_id).select_related("owner")


def looks_at(viewer: Viewer) -> QuerySet[Look]:
    """Who was shown what of the viewer's enterprise, newest first."""
    return (
        Look.objects.filter(owner=viewer.enterprise_id)
        .select_related("reader", "grant", "glass")
        .order_by("-id")
    )


def live_glass(*, person_id: int, enterprise_id: int, real_now: datetime) -> BreakGlass | None:
    """The staff member's own broken glass at this enterprise that has not healed."""
    return BreakGlass.objects.filter(
        person=person_id,
        enterprise=enterprise_id,
        starts_at__lte=real_now,
        ends_at__gt=real_now,
        ended_at=None,
    ).first()


def no_such_grant() -> NotFound:
    return NotFound(_("There is no such grant."))


def _grants_to(viewer: Viewer, *, owner: Enterprise, now: datetime) -> list[Grant]:
    if viewer.enterprise_id is None:
        return list(live_grants(now=now).filter(owner=owner, to_audience=Audience.PUBLIC))
    mine = Q(to_enterprise=viewer.enterprise_id) | ~Q(to_audience="")
    found = list(live_grants(now=now).filter(mine, owner=owner))
    near = set(_audiences(viewer, owner=owner, grants=found, now=now))
    return [grant for grant in found if not grant.to_audience or grant.to_audience in near]


def _valid_for(grants: Iterable[Grant], *, audience: Audience) -> list[Grant]:
    """A grant to another audience does not reach this one."""
    return [grant for grant in grants if grant.to_audience in {"", audience, Audience.PUBLIC}]


def _audience_of(viewer: Viewer, *, owner: Enterprise, grants: list[Grant], now: datetime) -> Audience:
    near = _audiences(viewer, owner=owner, grants=grants, now=now)
    return next(audience for audience in NEAREST_FIRST if audience in near)


def _audiences(viewer: Viewer, *, owner: Enterprise, grants: list[Grant], now: datetime) -> set[Audience]:
    found = {Audience.PUBLIC}
    if viewer.enterprise_id is None:
        return found
    mine = [grant for grant in grants if grant.to_enterprise_id == viewer.enterprise_id]
    if viewer.is_buyer and viewer.is_verified:
        found.add(Audience.BUYER_SEARCHING)
    if viewer.is_coordinator and viewer.is_verified:
        found.add(Audience.COORDINATOR)
    if any(grant.group in OF_A_DISPUTE for grant in mine):
        found.add(Audience.LAB)
    return found | found_between(reader_id=viewer.enterprise_id, owner_id=owner.pk, now=now)


def _section(owner: Enterprise, *, group: Group, asked: Asked, grants: list[Grant]) -> Section:
    grant = grants[0] if grants else None
    by_matrix = decide(group, asked.audience)
    word = by_matrix.word
    if grant is not None:
        word = OPENED.get(group, word)
    elif word == Word.OPT_IN and group == Group.IDENTITY and owner.identity_is_public:
        word = Word.YES
    elif word == Word.NO and group == Group.IDENTITY and owner.identity_is_public:
        word = Word.YES  # what everybody may read is no secret to anybody
    elif word in NEEDS_A_GRANT:
        return Section(cell=by_matrix, grant=None, facts=())
    scopes = frozenset(one.scope for one in grants) if all(one.scope for one in grants) else frozenset()
    facts = facts_of(group, replace(asked, scopes=scopes), word)
    return Section(cell=Cell(group=group, audience=asked.audience, word=word), grant=grant, facts=facts)
