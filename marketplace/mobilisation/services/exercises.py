"""A drill on a copy of the network: a fictitious rated order is planned, and nothing but the drill's own rows changes."""

import logging
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.places import city_named
from marketplace.accounts.viewer import Viewer
from marketplace.common import audit, leases
from marketplace.common.audit.chain import moment
from marketplace.common.checks import require_choice, require_whole
from marketplace.common.clock import real_now
from marketplace.common.errors import InvalidInput
from marketplace.common.jobs import start_after_commit
from marketplace.common.live import push_after_commit
from marketplace.mobilisation.errors import NoDrill
from marketplace.mobilisation.goods import templates
from marketplace.mobilisation.models import Declaration, Exercise
from marketplace.mobilisation.selectors.declarations import live_declaration
from marketplace.mobilisation.selectors.office import require_acting
from marketplace.orders.models import MAX_QUANTITY
from marketplace.planning.copies import Answer, solve_copy
from marketplace.production.selectors.begun import begun_among
from marketplace.trading.claim import Claim
from marketplace.trading.services.copying import Fictitious, copy_network

log = logging.getLogger(__name__)

SOLVE_TASK = "mobilisation.solve_exercise"
LEASE = timedelta(seconds=60)  # real time
MAX_ATTEMPTS = 3
S = Exercise.Status


@transaction.atomic
def ask_exercise(
    *,
    viewer: Viewer,
    declaration_public_id: str,
    product: str,
    quantity: int,
    rating: str,
    city: str,
    due_at: datetime,
    now: datetime,
) -> Exercise:
    """Freeze the network as it is now and queue the plan of an order that nobody placed; `product` is a declared code.

    Nobody outside the office is told. Raises `NoDrill` for a declaration in earnest, `NotLive`, `NotFound`,
    `InvalidInput`.
    """
    require_acting(viewer)
    declaration = live_declaration(viewer, public_id=declaration_public_id, now=now)
    require_drill(declaration)
    require_choice(rating, field="rating", choices=("DO", "DX"))
    require_whole(quantity, field="quantity", least=1, most=MAX_QUANTITY)
    goods = templates().filter(code=product, code__in=declaration.products).first()
    if goods is None:
        raise InvalidInput(_("There is no such product."), field="product", value=product[:80])
    place = city_named(city)
    if place is None:
        raise InvalidInput(_("There is no such city."), field="city", value=city[:80])
    if due_at <= now:
        raise InvalidInput(_("This must be in the future."), field="due_at", value=due_at.isoformat())
    wanted = Fictitious(
        buyer_id=viewer.require_enterprise(), product=goods, quantity=quantity, city=place, due_at=due_at
    )
    copy = copy_network(wanted, claim=_claim(declaration, rating=rating), now=now)
    exercise = Exercise.objects.create(
        declaration=declaration, product=goods, quantity=quantity, rating=rating, city=place.name,
        due_at=due_at, asked_by_id=viewer.require_person(), asked_at=now, epoch=copy.epoch,
        problem=copy.problem, burdens=copy.burdens, works=copy.works,
    )  # fmt: skip
    audit.record(
        action="mobilisation.exercise-planned",
        viewer=viewer,
        subject=declaration.public_id,
        facts={"product": goods.code, "quantity": quantity, "unit": goods.unit, "rating": rating, "city": place.name,
               "deliver_by": moment(due_at)},
        now=now,
    )  # fmt: skip
    start_after_commit(SOLVE_TASK, exercise.public_id)
    _push(exercise)
    return exercise


def require_drill(declaration: Declaration) -> None:
    """Raise `NoDrill` for a declaration in earnest."""
    if not declaration.is_drill:
        raise NoDrill(_("Fictitious orders are planned in a drill only."))


def solve_exercise(*, public_id: str) -> None:
    """Do the job the row describes, if it is free. Every end is written to the row, under its token."""
    exercise = _lease(public_id)
    if exercise is None:
        return
    try:
        answer = solve_copy(
            exercise.problem,
            burdens=exercise.burdens,
            time_limit_s=settings.SOLVER["time_limit_s"],
            tick=lambda: bool(leases.held(exercise).update(lease_until=real_now() + LEASE)),
        )
    except Exception as error:
        log.exception("exercise %s failed", public_id)
        said = f"{type(error).__name__}: {error}"[:2000]
        leases.held(exercise).update(status=S.FAILED, lease_until=None, error=said)
    else:
        if answer is not None:
            leases.held(exercise).update(**_columns(exercise, answer))
    _push(exercise)


def exercises_to_solve() -> list[str]:
    """Public ids of those whose nudge or worker was lost."""
    found = leases.free(Exercise.objects.order_by("pk"), now=real_now())
    return list(found.values_list("public_id", flat=True))


@transaction.atomic
def _lease(public_id: str) -> Exercise | None:
    now = real_now()
    exercise = leases.lock_free(Exercise.objects.filter(public_id=public_id), now=now)
    if exercise is None:
        return None
    is_hopeless = exercise.attempts >= MAX_ATTEMPTS
    if is_hopeless:
        exercise.status, exercise.lease_until = S.FAILED, None
        exercise.save(update_fields=["status", "lease_until"])
    else:
        leases.take(exercise, now=now, lease=LEASE)
    _push(exercise)
    return None if is_hopeless else exercise


def _columns(exercise: Exercise, answer: Answer) -> dict[str, Any]:
    after = answer.arrives_after
    return {
        "status": S.DONE,
        "lease_until": None,
        "arrives_at": None if after is None else exercise.epoch + after,
        "num_factories": answer.num_enterprises,
        "displaced": _by_order(exercise, answer.displaced),
    }


def _by_order(exercise: Exercise, references: tuple[str, ...]) -> list[dict[str, Any]]:
    found: dict[int, dict[str, Any]] = defaultdict(lambda: {"runs": 0, "minutes": 0})
    for reference in references:
        work = exercise.works[reference]
        row = found[work["order"]]
        row["rating"] = work["rating"]
        row["runs"] += 1
        row["minutes"] += work["minutes"]
    return [{"order": number, **found[number]} for number in sorted(found)]


def _claim(declaration: Declaration, *, rating: str) -> Claim:
    return Claim(
        order="", rating=rating, programme="", regions=tuple(declaration.regions),
        declaration=declaration.title, authority=declaration.authority, legal_basis=declaration.legal_basis,
        begun=begun_among, is_drill=True, occasion=declaration.public_id,
    )  # fmt: skip


def _push(exercise: Exercise) -> None:
    push_after_commit(f"enterprise:{exercise.declaration.office.public_id}")
