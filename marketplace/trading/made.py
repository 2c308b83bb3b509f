"""What telemetry says of a deal's runs: good pieces counted while each was on."""

from datetime import datetime

from marketplace.machines.output import Stretch, pieces_made
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
