"""What telemetry says of a deal's runs: good pieces counted while each was on."""

from datetime import datetime

from marketplace.machines.output import Stretch, pieces_made
from marketplace.trading.models import Deal, Run


def made_by_run(deal: Deal, *, now: datetime) -> dict[int, int]:
    """Pieces by run key for booked runs that have begun; a run whose machine has no counter is not in it.

    Never more than the run's quantity: what a machine makes beyond it is its owner's. Two queries.
    """
    begun = list(
        Run.objects.filter(
            package__deal=deal,
            status=Run.Status.BOOKED,
            starts_at__lte=now,
            equipment__device__isnull=False,
        )
        .order_by("pk")
        .values_list("pk", "quantity", "equipment__device_id", "starts_at", "ends_at")
    )
    stretches = [
        Stretch(device_id=device_id, starts_at=starts_at, ends_at=min(ends_at, now))
        for _pk, _quantity, device_id, starts_at, ends_at in begun
    ]
    counted = zip(begun, pieces_made(stretches), strict=True)
    return {run[0]: min(made, run[1]) for run, made in counted if made is not None}
