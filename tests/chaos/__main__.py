"""`python -m tests.chaos --seed 1 --minutes 5`: a Muster of its own is killed piece by piece under load, then judged.

Exit code 1 where an oracle found a fault or something did not come back.
"""

import argparse
import asyncio
import os
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos.acknowledged import Acknowledged
from tests.chaos.faults import faults
from tests.chaos.killer import Killer
from tests.chaos.load.cast import Cast
from tests.chaos.report import Report
from tests.chaos.stack import Muster, a_muster

MOST_MINUTES = 120.0
UNHARMED_S = 60.0  # at most, until the first run is booked: what nobody has begun nothing can destroy


def main() -> int:
    options = _options()
    folder = Path(tempfile.mkdtemp(prefix="muster-chaos-"))
    with a_muster(folder, seed=options.seed) as muster:
        say(f"Muster at {muster.base_url} with {muster.broker}; logs in {muster.running.state.logs}")
        report = asyncio.run(_run(muster, seed=options.seed, minutes=options.minutes))
    say(report.text())
    if report.is_clean and not options.keep:
        shutil.rmtree(folder)
    else:
        say(f"Left to look at: {folder}")
    return 0 if report.is_clean else 1


async def _run(muster: Muster, *, seed: int, minutes: float) -> Report:
    acknowledged = Acknowledged()
    cast = Cast(muster=muster, seed=seed, acknowledged=acknowledged)
    killer = Killer(muster=muster, faults=faults(seed), draw=random.Random(f"victims/{seed}"))
    load_s = minutes * 60

    async def kill() -> None:
        until = time.monotonic() + load_s
        await _begun(acknowledged, within_s=min(UNHARMED_S, load_s / 2))
        await killer.act(until=until)

    await asyncio.gather(cast.act(for_s=load_s), kill())
    say("The load has ended; waiting until all is quiet.")
    quiet_s, found = await asyncio.to_thread(_judge, muster, acknowledged)
    return Report(
        seed=seed,
        minutes=minutes,
        broker=muster.broker,
        blows=tuple(killer.blows),
        skipped=tuple(killer.skipped),
        acknowledged=acknowledged.counts(),
        answers=dict(cast.traffic.answers),
        refusals=dict(cast.traffic.refusals),
        quiet_s=quiet_s,
        faults=tuple(found),
    )


async def _begun(acknowledged: Acknowledged, *, within_s: float) -> None:
    until = time.monotonic() + within_s
    while time.monotonic() < until and not acknowledged.bookings:
        await asyncio.sleep(1.0)


def _judge(muster: Muster, acknowledged: Acknowledged) -> tuple[float, list[str]]:
    """Seconds until all was quiet, and what the oracles say then, over the run's own database."""
    os.environ |= {**muster.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    import django

    django.setup()
    from tests.chaos.judge import judge
    from tests.chaos.quiet import wait_until_quiet

    return wait_until_quiet(muster, acknowledged), judge(acknowledged)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--keep", action="store_true", help="leave the state folder also after a clean run")
    options = parser.parse_args()
    if not 0 < options.minutes <= MOST_MINUTES:
        parser.error(f"--minutes is more than 0 and at most {MOST_MINUTES:g}")
    return options


if __name__ == "__main__":
    sys.exit(main())
