"""What was made of a deal's runs: as telemetry counted while each was on, or as was told of its work."""

from datetime import datetime

from marketplace.machines.output import Stretch, pieces_made
from marketplace.trading.models import Deal, Run
from marketplace.trading.told import begun_in_fact


def made_by_run(deal: Deal, *, now: datetime) -> dict[int, int]:
    """Good pieces by run key for booked runs that have begun; one that nothing is known of is not in it.

    The greater where both a counter and hands tell. Never more than the run's quantity: what a machine makes beyond
    it is its owner's. Four queries.
    """
    quantities = dict(
        Run.objects.filter(package__deal=deal, status=Run.Status.BOOKED).values_list("pk", "quantity")
    )
    counted, told = _counted(deal, now=now), begun_in_fact(list(quantities))
    return {pk: min(max(counted.get(pk, 0), told.get(pk, 0)), quantities[pk]) for pk in {*counted, *told}}


def _counted(deal: Deal, *, now: datetime) -> dict[int, int]:
    """By counters within the booked time."""
    begun = list(
        Run.objects.filter(
            package__deal=deal,
            status=Run.Status.BOOKED,
            starts_at__lte=now,
            equipment__device__isnull=False,
        )
        .order_by("pk")
        .values_list("pk", "equipment__device_id", "starts_at", "ends_at")
    )
    stretches = [
        Stretch(device_id=device_id, starts_at=starts_at, ends_at=min(ends_at, now))
        for _pk, device_id, starts_at, ends_at in begun
    ]
    counted = zip(begun, pieces_made(stretches), strict=True)
    return {run[0]: made for run, made in counted if made is not None}
