"""A rated order takes its place: a plan with least displacement is asked for, looked at, and committed by a person."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.common import audit
from marketplace.common.errors import NotFound
from marketplace.common.live import push_after_commit
from marketplace.mobilisation.errors import DrillChangesNothing, NotLive
from marketplace.mobilisation.models import OrderRating
from marketplace.mobilisation.selectors.office import require_acting
from marketplace.mobilisation.selectors.programmes import rating
from marketplace.planning.models import PlanRun
from marketplace.production.selectors.begun import begun_among
from marketplace.trading.claim import Claim
from marketplace.trading.models import Deal
from marketplace.trading.services import precedence


@transaction.atomic
def ask_for_precedence(*, viewer: Viewer, rating_public_id: str, now: datetime) -> PlanRun:
    """Queue a plan in which the order comes first. Raises `NotLive`, `NotFound`, `OrderNotPlannable`."""
    require_acting(viewer)
    found = _in_force(viewer, rating_public_id, now=now)
    run = precedence.propose_precedence(viewer=viewer, claim=_claim(found), now=now)
    _log("asked", found, run, viewer=viewer, now=now)
    return run


@transaction.atomic
def take_precedence(
    *, viewer: Viewer, rating_public_id: str, plan_public_id: str, now: datetime, clock_speed: float
) -> Deal:
    """Offer the plan; what it displaces is planned anew and told of.

    Raises as above, `ChangeOutdated`, and `DrillChangesNothing` in a drill. A person commits, never the clock nor a device.
    """
    require_acting(viewer)
    viewer.require_person()
    found = _in_force(viewer, rating_public_id, now=now)
    if found.is_drill:
        raise DrillChangesNothing(_("This is a drill: it ends with the proposal, nothing is displaced."))
    deal = precedence.commit_precedence(
        viewer=viewer,
        claim=_claim(found),
        plan_public_id=plan_public_id,
        now=now,
        clock_speed=clock_speed,
    )
    _log("taken", found, deal.plan_run, viewer=viewer, now=now)
    return deal


def _in_force(viewer: Viewer, rating_public_id: str, *, now: datetime) -> OrderRating:
    """A rating of the viewer's own office that has not ended, under a declaration in force."""
    found = rating(viewer, public_id=rating_public_id)
    if found.ended_at is not None:
        raise NotFound(_("There is no such order."))
    if not found.programme.declaration.is_live(now):
        raise NotLive(_("This declaration is not in force."))
    return found


def _claim(found: OrderRating) -> Claim:
    """What was verified here, for trading to check against the order once more."""
    declaration = found.programme.declaration
    return Claim(
        order=found.order.public_id,
        rating=found.rating,
        programme=found.programme.public_id,
        regions=tuple(declaration.regions),
        declaration=declaration.title,
        authority=declaration.authority,
        legal_basis=declaration.legal_basis,
        begun=begun_among,
        is_drill=found.is_drill,
        occasion=declaration.public_id,
    )


def _log(what: str, found: OrderRating, run: PlanRun, *, viewer: Viewer, now: datetime) -> None:
    declaration = found.programme.declaration
    push_after_commit(f"enterprise:{viewer.enterprise_public_id}")
    audit.record(
        action=f"mobilisation.precedence-{what}",
        viewer=viewer,
        subject=declaration.public_id,
        facts={
            "order": found.order.public_id,
            "rating": found.rating,
            "plan": run.public_id,
            "displaced": list(run.displaced),
        },
        now=now,
    )
