"""Secret addresses of calendars: made, renewed, revoked. Only the hash of a token is kept."""

import secrets
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Enterprise
from marketplace.accounts.viewer import Viewer
from marketplace.capacity.models import CalendarFeed
from marketplace.capacity.selectors import feeds_of, own_machine
from marketplace.common.clock import real_now
from marketplace.common.errors import Forbidden, NotFound
from marketplace.common.hashing import hash_token

TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFeed:
    """`token` is told here and never again."""

    feed: CalendarFeed
    token: str


@transaction.atomic
def renew_feed(*, viewer: Viewer, machine: str = "") -> NewFeed:
    """A new address for the machine with this public id, or for all; the one before it answers no more."""
    viewer.require_planner()
    if not viewer.is_factory or viewer.enterprise_id is None:
        raise Forbidden(_("Only a factory lists machines."))
    equipment = own_machine(viewer=viewer, machine=machine) if machine else None
    Enterprise.objects.select_for_update(no_key=True).get(pk=viewer.enterprise_id)
    feeds_of(viewer=viewer).filter(equipment=equipment).update(revoked_at=real_now())
    token = secrets.token_urlsafe(TOKEN_BYTES)
    feed = CalendarFeed.objects.create(
        enterprise_id=viewer.enterprise_id,
        equipment=equipment,
        token_hash=hash_token(token),
        language=get_language() or "en",
        created_by_id=viewer.person_id,
    )
    return NewFeed(feed=feed, token=token)


@transaction.atomic
def revoke_feed(*, viewer: Viewer, feed: str) -> CalendarFeed:
    """From now on nobody reads it. `NotFound` for a foreign one, and for one that is revoked already."""
    viewer.require_planner()
    found = (
        feeds_of(viewer=viewer).select_for_update(of=("self",), no_key=True).filter(public_id=feed).first()
    )
    if found is None:
        raise NotFound(_("There is no such calendar."))
    found.revoked_at = real_now()
    found.save(update_fields=["revoked_at"])
    return found
