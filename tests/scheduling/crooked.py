"""Divisible orders whose windows, set-ups, leads, breaks and releases lie on no grid (prime numbers of minutes)."""

from dataclasses import replace

from matching.problem import Break, Drop, Lane, Window
from tests.scheduling.chains import a_chain

PRIMES = (
    7,
    11,
    13,
    17,
    19,
    23,
    29,
    31,
    37,
    41,
    43,
    47,
    53,
    59,
    61,
    67,
    71,
    73,
    79,
    83,
    89,
    97,
    101,
    103,
    107,
)


def a_crooked_problem(rng):
    """Two or three stages of two or three firms, some hundreds of pieces, odd minutes everywhere."""
    stages = ("press", "coat", "emboss")[: rng.randint(2, 3)]
    problem = a_chain(
        stages=stages,
        firms_per_stage=rng.randint(2, 3),
        quantity=rng.randint(300, 900),
        units_per_h=rng.choice(PRIMES[8:]),
        lead_min=0,
    )
    machines = tuple(_crooked(machine, rng) for machine in problem.machines)
    transport = replace(
        problem.transport,
        departs_every_min=rng.choice([1, 1, 127]),
        departs_at_min=rng.choice([0, 31]),
        lanes=tuple(_lane(lane, rng) for lane in problem.transport.lanes),
    )
    order = problem.orders[0]
    drops = order.drops
    if rng.random() < 0.5:
        first = order.quantity // 3
        drops = (
            Drop(id="north", destination=order.destination, quantity=first, due_min=0),
            Drop(id="south", destination=order.destination, quantity=order.quantity - first, due_min=0),
        )
    return replace(
        problem,
        now_min=rng.choice([0, 17]),
        horizon_min=20_011,
        machines=machines,
        transport=transport,
        orders=(replace(order, drops=drops, release_min=rng.choice([0, 23])),),
    )


def _crooked(machine, rng):
    windows, at = [], rng.choice(PRIMES)
    while at < 19_000:
        length = rng.choice(PRIMES) + rng.choice(PRIMES) + rng.choice((0, 211))
        windows.append(Window(start=at, end=at + length))
        at += length + rng.choice(PRIMES) + rng.choice((0, 307))
    breaks = tuple(
        Break(start=window.start + 3, end=window.start + 8)
        for window in windows
        if window.end - window.start > 40 and rng.random() < 0.3
    )
    mode = replace(
        machine.modes[0],
        setup_min=rng.choice((0, 5, 11)),
        good_per_1000=rng.choice((1000, 1000, 967)),
        min_lot=rng.choice((1, 5)),
    )
    return replace(machine, windows=tuple(windows), breaks=breaks, modes=(mode,))


def _lane(lane, rng):
    return Lane(
        from_site=lane.from_site,
        to=lane.to,
        lead_min=rng.choice(PRIMES),
        cents_per_1000_units=lane.cents_per_1000_units,
    )
