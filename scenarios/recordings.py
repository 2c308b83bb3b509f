"""Which recordings a replay plays: real ones where they are at hand, else some of our own with the same traps.

Real ones lie in the folder `RECORDINGS`, or beside the checkout in `shared/data/nist-smstestbed`. Ours are generated:
day files with old snapshots at their start, a clock that runs ahead, exact duplicates, counters that reset.
"""

import gzip
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data" / "nist-smstestbed"
CREDIT = "NIST Smart Manufacturing Systems Test Bed (public domain)"
GIVEN = "given by RECORDINGS (machines named as in the NIST Smart Manufacturing Systems Test Bed)"
MODEL = "Devices.xml"
SHIFT_STARTS_AT = timedelta(hours=12)  # UTC: 07:00 on the American east coast
SHIFT_H = 10
SKEW = timedelta(seconds=12)  # an adapter's clock runs this far ahead of the agent's
SNAPSHOT_AGE = timedelta(days=27)
ALWAYS_OFF_SHARE = 0.2  # of the machines, none of the first two
CONDITIONS = "logic|Normal||||"

DEVICES = """<?xml version="1.0" encoding="UTF-8"?>
<MTConnectDevices xmlns="urn:mtconnect.org:MTConnectDevices:1.3">
  <Header creationTime="2018-12-10T00:00:00Z" instanceId="1" sender="muster" version="1.3" bufferSize="1"/>
  <Devices>{devices}</Devices>
</MTConnectDevices>
"""
DEVICE = """
    <Device id="{name}" name="{name}" uuid="{name}"><DataItems>
      <DataItem id="{name}-avail" name="avail" category="EVENT" type="AVAILABILITY"/>
      <DataItem id="{name}-execution" name="execution" category="EVENT" type="EXECUTION"/>
      <DataItem id="{name}-parts" name="PartCountAct" category="EVENT" type="PART_COUNT"/>
      <DataItem id="{name}-logic" name="logic" category="CONDITION" type="LOGIC_PROGRAM"/>
    </DataItems></Device>"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recordings:
    """`model` is a Devices.xml, `folder` holds the day files, `origin` says whose they are."""

    model: Path
    folder: Path
    origin: str


def find_or_make(
    *, given: str, made_in: Path, names: tuple[str, ...], days: tuple[datetime, ...], seed: int
) -> Recordings:
    """`given` wins (empty: nothing given); ours are written to `made_in`. Raises `FileNotFoundError`."""
    if given or BESIDE.is_dir():
        root, origin = (Path(given), GIVEN) if given else (BESIDE, CREDIT)
        if not (root / MODEL).is_file():
            raise FileNotFoundError(f"RECORDINGS: {root / MODEL} is missing")
        folder = root / f"dev_{days[0]:%Yw%V}"
        return Recordings(model=root / MODEL, folder=folder if folder.is_dir() else root, origin=origin)
    make(made_in, names=names, days=days, seed=seed)
    return Recordings(model=made_in / MODEL, folder=made_in, origin=f"generated with seed {seed}")


def make(folder: Path, *, names: tuple[str, ...], days: tuple[datetime, ...], seed: int) -> None:
    """The device model and a gz file a machine and day; the same seed writes the same lines."""
    folder.mkdir(parents=True, exist_ok=True)
    devices = "".join(DEVICE.format(name=name) for name in names)
    (folder / MODEL).write_text(DEVICES.format(devices=devices))
    for position, name in enumerate(names):
        draw = random.Random(f"{seed}/{name}")
        is_off = position > 1 and draw.random() < ALWAYS_OFF_SHARE
        last = {
            item: f"{_stamp(days[0] - SNAPSHOT_AGE)}|{item}|UNAVAILABLE" for item in ("avail", "execution")
        }
        for day in days:
            lines = [*last.values(), f"{_stamp(day - SNAPSHOT_AGE)}|{CONDITIONS}"]
            if not is_off and day.weekday() < 5:
                lines += _worked(day, draw=draw)
            last |= {line.split("|")[1]: line for line in lines if line.split("|")[1] in last}
            file = folder / f"{name}-{day:%Y%m%d}-{day + timedelta(days=1):%Y%m%d}.txt.gz"
            file.write_bytes(gzip.compress("\n".join(lines).encode() + b"\n", mtime=0))


def _worked(day: datetime, *, draw: random.Random) -> Iterator[str]:
    """A shift: switched on, pieces and pauses, switched off while the adapter's last word bears a later stamp."""
    at = day + SHIFT_STARTS_AT + timedelta(minutes=draw.randrange(40))
    ends_at = at + timedelta(hours=SHIFT_H - draw.random())
    count = 0
    yield f"{_stamp(at)}|avail|AVAILABLE"
    while at < ends_at:
        word, longest_min = draw.choice((("ACTIVE", 45), ("READY", 80), ("STOPPED", 30), ("FEED_HOLD", 3)))
        line = f"{_stamp(at + SKEW)}|execution|{word}"
        yield line
        if draw.random() < 0.1:
            yield line
        count = 0 if draw.random() < 0.03 else count + draw.randint(0, 3)
        yield f"{_stamp(at + SKEW)}|PartCountAct|{count}"
        at += timedelta(minutes=draw.uniform(1, longest_min))
    yield f"{_stamp(ends_at + SKEW)}|execution|STOPPED"
    yield f"{_stamp(ends_at)}|avail|UNAVAILABLE"
    yield f"{_stamp(ends_at)}|execution|UNAVAILABLE"


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")
