"""A small recording with the traps of real ones, made by a seed."""

import gzip
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

FIRST_DAY = datetime(2018, 12, 10, tzinfo=UTC)
WORDS = ("ACTIVE", "READY", "STOPPED", "FEED_HOLD", "INTERRUPTED", "UNAVAILABLE")
SNAPSHOT_AGE = timedelta(days=27)
SKEW_S = 12  # an adapter's clock runs this far ahead of the agent's

DEVICES = """<?xml version="1.0"?>
<MTConnectDevices xmlns="urn:mtconnect.org:MTConnectDevices:1.3">
  <Header creationTime="2018-12-10T00:00:00Z" instanceId="1" sender="x" version="1.3" bufferSize="1" />
  <Devices>{devices}</Devices>
</MTConnectDevices>"""
DEVICE = """<Device id="{name}" name="{name}" uuid="{name}"><DataItems>
  <DataItem id="{name}-1" name="avail" category="EVENT" type="AVAILABILITY"/>
  <DataItem id="{name}-2" name="execution" category="EVENT" type="EXECUTION"/>
  <DataItem id="{name}-3" name="parts" category="EVENT" type="PART_COUNT"/>
  <DataItem id="{name}-4" name="Xabs" category="SAMPLE" type="POSITION"/>
</DataItems></Device>"""


def write_recording(folder: Path, *, names: tuple[str, ...], num_days: int, seed: int) -> Path:
    """The folder with Devices.xml and a file a machine and day, some gzip; returns the device model's path."""
    model = folder / "Devices.xml"
    model.write_text(DEVICES.format(devices="".join(DEVICE.format(name=name) for name in names)))
    for name in names:
        dice = random.Random(f"{seed}/{name}")
        carried: list[str] = []
        for day in range(num_days):
            starts_at = FIRST_DAY + timedelta(days=day)
            lines = _day(starts_at, dice=dice, carried=carried)
            stem = f"{name}-{starts_at:%Y%m%d}-{starts_at + timedelta(days=1):%Y%m%d}.txt"
            text = "\n".join(lines).encode() + b"\n"
            if day % 2:
                (folder / stem).write_bytes(text)
            else:
                (folder / f"{stem}.gz").write_bytes(gzip.compress(text))
    return model


def _day(starts_at: datetime, *, dice: random.Random, carried: list[str]) -> list[str]:
    """Opens with the last known values under their old stamps; `carried` becomes those of this day's end."""
    old = starts_at - SNAPSHOT_AGE
    lines = carried[:] or [
        _line(old, "avail", "AVAILABLE"),
        _line(old, "execution", "UNAVAILABLE"),
        _line(old, "parts", "UNAVAILABLE"),
        _line(old, "Xabs", "1.0"),
    ]
    at, count = starts_at + timedelta(hours=6), dice.randint(0, 50)
    last = {line.split("|")[1]: line for line in lines}
    while at < starts_at + timedelta(hours=20):
        at += timedelta(seconds=dice.expovariate(1 / 400))
        stamp = at + timedelta(seconds=dice.choice((0, 0, SKEW_S)))
        count = 0 if dice.random() < 0.05 else count + dice.randint(0, 3)
        said = dice.choice(
            (("execution", dice.choice(WORDS)), ("parts", str(count)), ("Xabs", f"{dice.random():.3f}"))
        )
        line = _line(stamp, *said)
        lines += [line] * dice.choice((1, 1, 1, 2))  # exact duplicates
        last[said[0]] = line
    carried[:] = last.values()
    return lines


def _line(at: datetime, item: str, value: str) -> str:
    return f"{at.isoformat(timespec='microseconds').replace('+00:00', '')}Z|{item}|{value}"
