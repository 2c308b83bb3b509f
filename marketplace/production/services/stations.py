"""The station at the machine: links that can be withdrawn, PINs that lock after wrong ones, phones that are let in.

A link's wrong PINs are counted at the link, in real time: whoever guesses at one locks nobody else out.
"""

import hmac
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.common.checks import require_text
from marketplace.common.errors import InvalidInput
from marketplace.common.hashing import hash_token
from marketplace.production import selectors
from marketplace.production.errors import NoPin, StationClosed, StationGone, StationLocked, WrongPin
from marketplace.production.models import StationLink, StationPin, StationSession
from marketplace.production.station_token import token_of

log = logging.getLogger(__name__)

MOST_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)  # real time, as all here
OPEN_FOR = timedelta(hours=12)  # a shift
PIN_LENGTHS = range(4, 9)


@dataclass(frozen=True, slots=True, kw_only=True)
class LetIn:
    """`token` is for the phone's cookie and told this once."""

    session: StationSession
    token: str


@transaction.atomic
def set_pin(*, viewer: Viewer, pin: str, site: str = "", machine: str = "", real_now: datetime) -> StationPin:
    """The PIN at all machines of a site, or at one machine (public ids). Phones that are in must tell the new one."""
    viewer.require_planner()
    _require_pin(pin)
    place = (
        {"equipment": selectors.own_machine(viewer, public_id=machine)}
        if machine
        else {"site": selectors.own_site(viewer, public_id=site)}
    )
    row, _is_new = StationPin.objects.update_or_create(
        **place,
        defaults={"pin_hash": make_password(pin), "set_by_id": viewer.person_id, "set_at": real_now},
    )
    return row


@transaction.atomic
def drop_machine_pin(*, viewer: Viewer, machine: str) -> None:
    """From now on the site's PIN opens the machine's stations."""
    viewer.require_planner()
    StationPin.objects.filter(equipment=selectors.own_machine(viewer, public_id=machine)).delete()


@transaction.atomic
def renew_link(*, viewer: Viewer, work_order: str) -> StationLink:
    """Another link: printed cards and phones that are in are out."""
    viewer.require_planner()
    link = _locked(selectors.own_work_order(viewer, public_id=work_order).station_link.pk)
    link.serial += 1
    link.token_hash, link.revoked_at, link.failures, link.locked_until = (
        hash_token(token_of(link)),
        None,
        0,
        None,
    )
    link.save()
    return link


@transaction.atomic
def revoke_link(*, viewer: Viewer, work_order: str, real_now: datetime) -> StationLink:
    """The link opens nothing any more until it is renewed."""
    viewer.require_planner()
    link = _locked(selectors.own_work_order(viewer, public_id=work_order).station_link.pk)
    link.revoked_at = link.revoked_at or real_now
    link.save(update_fields=["revoked_at"])
    return link


def enter(*, token: str, pin: str, real_now: datetime) -> LetIn:
    """Let a phone in. Raises `StationGone`, `NoPin`, `StationLocked`, `WrongPin`; wrong ones are counted and logged."""
    link = find_link(token)
    with transaction.atomic():
        link = _locked(link.pk)
        if link.locked_until is not None and real_now < link.locked_until:
            raise StationLocked(
                _("Too many wrong PINs. Try again in a quarter of an hour."),
                locked_until=link.locked_until.isoformat(),
            )
        known = selectors.pin_of(link)
        if known is None:
            raise NoPin(_("No PIN is set for this machine yet: ask your planner."))
        if check_password(pin[: PIN_LENGTHS[-1] + 1], known.pin_hash):
            return _let_in(link, known, real_now=real_now)
        link.failures += 1
        if link.failures >= MOST_FAILURES:
            link.failures, link.locked_until = 0, real_now + LOCKED_FOR
        link.save(update_fields=["failures", "locked_until"])
    log.warning("wrong PIN at station %s%s", link.public_id, ", locked" if link.failures == 0 else "")
    raise WrongPin(_("This is not the PIN."), field="pin")


def find_link(token: str) -> StationLink:
    """The living link of this token. Raises `StationGone`, alike for forged and withdrawn ones, and logs it."""
    link = (
        StationLink.objects.filter(token_hash=hash_token(token), revoked_at=None)
        .select_related("work_order__equipment__site")
        .first()
    )
    if link is None:
        log.warning("a station link that is not, or not any more, was tried")
        raise StationGone(_("This link is not known."))
    return link


def session_of(*, token: str, cookie: str, real_now: datetime) -> StationSession:
    """The session of a phone that is in at this link. Raises `StationGone` and `StationClosed`."""
    link = find_link(token)
    session = (
        StationSession.objects.filter(token_hash=hash_token(cookie), link=link).first() if cookie else None
    )
    known = selectors.pin_of(link)
    is_open = (
        session is not None
        and known is not None
        and real_now < session.expires_at
        and session.serial == link.serial
        and hmac.compare_digest(session.pin_hash, known.pin_hash)
    )
    if session is None or not is_open:
        raise StationClosed(_("Enter the PIN first."))
    session.link = link
    return session


@transaction.atomic
def leave(*, session: StationSession, real_now: datetime) -> None:
    """End a phone's session: its cookie opens nothing any more, wherever it was copied to."""
    row = StationSession.objects.select_for_update(no_key=True).get(pk=session.pk)
    row.expires_at = min(row.expires_at, real_now)
    row.save(update_fields=["expires_at"])


def _let_in(link: StationLink, pin: StationPin, *, real_now: datetime) -> LetIn:
    link.failures, link.locked_until = 0, None
    link.save(update_fields=["failures", "locked_until"])
    token = secrets.token_urlsafe(24)
    session = StationSession.objects.create(
        link=link,
        token_hash=hash_token(token),
        pin_hash=pin.pin_hash,
        serial=link.serial,
        opened_at=real_now,
        expires_at=real_now + OPEN_FOR,
    )
    return LetIn(session=session, token=token)


def _locked(pk: int) -> StationLink:
    return (
        StationLink.objects.select_for_update(of=("self",), no_key=True)
        .select_related("work_order__equipment")
        .get(pk=pk)
    )


def _require_pin(pin: str) -> None:
    require_text(pin, field="pin", most=PIN_LENGTHS[-1])
    if len(pin) not in PIN_LENGTHS or not pin.isascii() or not pin.isdigit():
        raise InvalidInput(_("A PIN is four to eight digits."), field="pin")
    steps = {int(after) - int(before) for before, after in pairwise(pin)}
    if steps in ({0}, {1}, {-1}):
        raise InvalidInput(_("Everybody tries this PIN first: take another."), field="pin")
