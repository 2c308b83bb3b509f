"""Telling enterprises what happened, once, on the page and by e-mail."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from marketplace.accounts.models import Enterprise, Membership, Notice, Person
from marketplace.accounts.notices import Facts, require_known, sentence_of
from marketplace.accounts.viewer import WRITERS, Viewer
from marketplace.common.jobs import start_after_commit
from marketplace.common.links import public_url
from marketplace.common.live import push_after_commit
from marketplace.common.zones import known_zones

MAIL_TASK = "accounts.mail_notices"
MAILS_AT_ONCE = 100


@transaction.atomic
def tell(
    enterprise_ids: Iterable[int], *, key: str, kind: str, facts: Facts, now: datetime, url: str = ""
) -> int:
    """Leave a notice of a registered kind for each enterprise that has none under this key; returns how many.

    `url` is the path of the page it is about. Raises `UnknownNews` for a kind nobody registered.
    """
    require_known(kind, facts)
    wanted = set(enterprise_ids)
    told = Notice.objects.filter(enterprise_id__in=wanted, key=key).values_list("enterprise_id", flat=True)
    fresh = sorted(wanted - set(told))
    Notice.objects.bulk_create(
        [
            Notice(enterprise_id=pk, key=key, kind=kind, facts=dict(facts), url=url, told_at=now)
            for pk in fresh
        ],
        ignore_conflicts=True,
    )
    if fresh:
        names = Enterprise.objects.filter(pk__in=fresh).values_list("public_id", flat=True)
        push_after_commit(*(f"enterprise:{public_id}" for public_id in names))
        start_after_commit(MAIL_TASK)
    return len(fresh)


@transaction.atomic
def tell_growing(
    enterprise_ids: Iterable[int], *, key: str, kind: str, facts: Facts, now: datetime, url: str = ""
) -> None:
    """As `tell`, but of news that grows, as in "12 photos wait": one notice, the newest, unread whenever it grew.

    It is mailed once until somebody reads it. Callers hold a row that all who tell under this key hold.
    """
    known = Notice.objects.filter(enterprise_id__in=set(enterprise_ids), key=key)
    mailed = dict(known.filter(read_at=None).values_list("enterprise_id", "mailed_at"))
    known.delete()
    tell(enterprise_ids, key=key, kind=kind, facts=facts, url=url, now=now)
    for enterprise_id, mailed_at in mailed.items():
        Notice.objects.filter(enterprise_id=enterprise_id, key=key).update(mailed_at=mailed_at)


@transaction.atomic
def shrink_news(enterprise_ids: Iterable[int], *, key: str, facts: Facts | None) -> None:
    """What `tell_growing` told has become less: other facts under the same key, or none and the notice is gone."""
    known = Notice.objects.filter(enterprise_id__in=set(enterprise_ids), key=key)
    names = list(known.values_list("enterprise__public_id", flat=True))
    if facts is None:
        known.delete()
    else:
        known.update(facts=dict(facts))
    push_after_commit(*(f"enterprise:{public_id}" for public_id in names))


@transaction.atomic
def mark_read(*, viewer: Viewer, up_to: str, real_now: datetime) -> int:
    """All notices of the viewer's enterprise up to the one named have been seen; returns how many were new."""
    last = Notice.objects.filter(enterprise=viewer.enterprise_id, public_id=up_to).first()
    if last is None:
        return 0
    unread = Notice.objects.filter(enterprise=viewer.enterprise_id, pk__lte=last.pk, read_at=None)
    num_read = unread.update(read_at=real_now)
    if num_read:
        push_after_commit(f"enterprise:{viewer.enterprise_public_id}")
    return num_read


@transaction.atomic
def mail_notices(*, now: datetime, real_now: datetime) -> int:
    """Send what was not sent yet to the owners and planners of each enterprise; returns the number of notices.

    A notice is marked first and sent within the same transaction: if the mail server is away nothing is marked,
    and a mail may come twice rather than never.
    """
    waiting = list(
        Notice.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
        .filter(mailed_at=None)
        .select_related("enterprise")
        .order_by("pk")[:MAILS_AT_ONCE]
    )
    Notice.objects.filter(pk__in=[notice.pk for notice in waiting]).update(mailed_at=real_now)
    readers: dict[int, list[Person]] = {}
    members = Membership.objects.filter(
        enterprise__in={notice.enterprise_id for notice in waiting}, role__in=WRITERS
    ).select_related("person")
    for member in members:
        readers.setdefault(member.enterprise_id, []).append(member.person)
    mails = [
        _mail(notice, reader, now=now)
        for notice in waiting
        for reader in readers.get(notice.enterprise_id, [])
        if reader.is_active
    ]
    if mails:
        get_connection().send_messages(mails)
    return len(waiting)


def _mail(notice: Notice, reader: Person, *, now: datetime) -> EmailMessage:
    zone = (
        ZoneInfo(reader.time_zone) if reader.time_zone in known_zones() else timezone.get_default_timezone()
    )
    with translation.override(reader.language), timezone.override(zone):
        sentence = sentence_of(notice.kind, notice.facts, now=now)
        lines = [sentence, "", public_url(notice.url) if notice.url else "", ""]
        lines += [_("To %(enterprise)s, by Muster.") % {"enterprise": notice.enterprise.name}]
        return EmailMessage(subject=f"Muster: {sentence}"[:200], body="\n".join(lines), to=[reader.email])
