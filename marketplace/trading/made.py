"""What telemetry says of a deal's runs: good pieces counted while each was on."""

from collections.abc import Collection
from datetime import datetime

from marketplace.accounts.viewer import Viewer
from marketplace.machines.models import TelemetryLook
from marketplace.machines.output import Stretch, pieces_made
from marketplace.machines.services import note_look
from marketplace.trading.models import Deal, Run


def made_by_run(deal: Deal, *, now: datetime) -> dict[int, int]:
    """Pieces by run key for booked runs that have begun; a run whose machine has no counter is not in it.

    Never more than the run's quantity: what a machine makes beyond it is its owner's. Two queries.
    """
    begun = [
        run
        for run in Run.objects.filter(package__deal=deal, status=Run.Status.BOOKED, starts_at__lte=now)
        .select_related("equipment")
        .order_by("pk")
        if run.equipment.device_id is not None
    ]
    stretches = [
        Stretch(
            device_id=run.equipment.device_id or 0, starts_at=run.starts_at, ends_at=min(run.ends_at, now)
        )
        for run in begun
    ]
    counted = zip(begun, pieces_made(stretches), strict=True)
    return {run.pk: min(made, run.quantity) for run, made in counted if made is not None}


def note_shown(run_pks: Collection[int], *, viewer: Viewer, real_now: datetime) -> None:
    """The viewer was shown what was counted for these runs: the machines' owners can read that somebody was."""
    devices = Run.objects.filter(pk__in=run_pks).values_list("equipment__device_id", flat=True)
    note_look(
        viewer=viewer,
        device_ids=[pk for pk in devices if pk is not None],
        purpose=TelemetryLook.Purpose.COUNTS_OF_LOT,
        real_now=real_now,
    )
