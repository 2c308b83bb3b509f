"""What happens when a declaration begins and when it ends: owners are told, ratings of what is not agreed end."""

from collections.abc import Collection
from datetime import datetime

from django.core.cache import cache
from django.db import transaction
from django.db.models import Count
from django.urls import reverse

from marketplace.accounts.models import Notice
from marketplace.accounts.services import tell
from marketplace.common import audit
from marketplace.common.live import push_after_commit
from marketplace.mobilisation.goods import covered_machines
from marketplace.mobilisation.models import Declaration, Extension, Reading
from marketplace.mobilisation.selectors.declarations import cache_key
from marketplace.mobilisation.services.rating_ends import end_ratings, log_ended

S = Declaration.Status


def open_declaration(declaration: Declaration, *, now: datetime) -> int | None:
    """Tell the owners of covered machines that it is in force; who was told is not told again.

    The first time this is to be logged after (`log_opened`): returns how many owners there are then, else None.
    """
    owners = {machine.enterprise_id for machine in covered_machines(declaration)}
    tell_opened(declaration, owners=owners, now=now)
    if declaration.opened_at is not None:
        return None
    declaration.opened_at = now
    declaration.save(update_fields=["opened_at"])
    return len(owners)


def log_opened(declaration: Declaration, *, num_owners: int | None, now: datetime) -> None:
    if num_owners is not None:
        _log("opened", declaration, now=now, num_owners=num_owners)


def tell_opened(declaration: Declaration, *, owners: Collection[int], now: datetime) -> int:
    """What was opened, by whom, on which basis, until when."""
    return tell(
        owners,
        key=_opened_key(declaration),
        kind="mobilisation.drill-opened" if declaration.is_drill else "mobilisation.capacity-opened",
        facts={
            "title": declaration.title,
            "office": declaration.office.name,
            "authority": declaration.authority,
            "basis": declaration.legal_basis,
            "until_at": declaration.until_at.isoformat(),
        },
        url=reverse("mobilisation:readings"),
        now=now,
    )


@transaction.atomic
def close_declaration(declaration: Declaration, *, now: datetime) -> None:
    """It is over: say so to everybody who was told that it began, with what was read of theirs."""
    if declaration.closed_at is not None:
        return
    ended = end_ratings(declaration, now=now)
    told = set(Notice.objects.filter(key=_opened_key(declaration)).values_list("enterprise_id", flat=True))
    looks = dict(
        Reading.objects.filter(declaration=declaration)
        .values_list("owner")
        .annotate(looks=Count("id"))
        .order_by("owner")
    )
    for owner in sorted(told | set(looks)):
        tell(
            [owner],
            key=f"mobilisation.closed:{declaration.public_id}",
            kind="mobilisation.drill-closed" if declaration.is_drill else "mobilisation.capacity-closed",
            facts={
                "title": declaration.title,
                "office": declaration.office.name,
                "looks": looks.get(owner, 0),
            },
            url=reverse("mobilisation:readings"),
            now=now,
        )
    declaration.closed_at = now
    declaration.save(update_fields=["closed_at"])
    push_after_commit(f"enterprise:{declaration.office.public_id}")
    log_ended(ended, now=now)
    _log("closed", declaration, now=now, num_owners=len(told | set(looks)), num_ratings_ended=len(ended))


def follow_clock(*, now: datetime) -> None:
    """For the sweep: open what has begun, close what is over, let die what nobody approved in time."""
    for pk in (
        Declaration.objects.exclude(status__in=[S.REFUSED])
        .filter(closed_at=None)
        .values_list("pk", flat=True)
    ):
        _follow(pk, now=now)
    waiting = Extension.objects.filter(status=S.WAITING)
    for extension in waiting.select_related("declaration"):
        if not extension.declaration.is_live(now):
            Extension.objects.filter(pk=extension.pk, status=S.WAITING).update(status=S.EXPIRED)


@transaction.atomic
def _follow(pk: int, *, now: datetime) -> None:
    declaration = (
        Declaration.objects.select_for_update(of=("self",), no_key=True).select_related("office").get(pk=pk)
    )
    state = declaration.state_at(now)
    if state == S.LIVE:
        log_opened(declaration, num_owners=open_declaration(declaration, now=now), now=now)
    elif state == S.EXPIRED and declaration.closed_at is None:
        was_in_force = declaration.status == S.LIVE
        declaration.status = S.EXPIRED
        declaration.save(update_fields=["status"])
        forget_live(declaration)
        if was_in_force:
            close_declaration(declaration, now=now)
        else:
            declaration.closed_at = now
            declaration.save(update_fields=["closed_at"])


def forget_live(declaration: Declaration) -> None:
    """What is kept about the office's powers is read anew after commit."""
    key = cache_key(declaration.office_id)
    transaction.on_commit(lambda: cache.delete(key))


def _opened_key(declaration: Declaration) -> str:
    return f"mobilisation.opened:{declaration.public_id}"


def _log(what: str, declaration: Declaration, *, now: datetime, **facts: int) -> None:
    audit.record(
        action=f"mobilisation.declaration-{what}",
        viewer=None,
        subject=declaration.public_id,
        facts=facts,
        now=now,
    )
