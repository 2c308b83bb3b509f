"""Recordings played through the rules of state: the hours of each state and the starts, by device and UTC day.

python -m telemetry.replay --devices Devices.xml --from DATE --to DATE --json DIR_OR_FILES...

Exit status 0: all was read. 1: nothing was done, for a bad device model or a missing file. 2: what could be
read is printed, and what could not (a line, a file) is named on stderr; also where the arguments are wrong.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from telemetry.day_totals import DayTotal, total_days
from telemetry.observations import DeviceName, Kind, Observation
from telemetry.sources.mtconnect_devices import Device, DeviceModel, read_devices
from telemetry.sources.mtconnect_recording import SkipReason, Unreadable, read_recording
from telemetry.sources.recording_files import RecordingMissing, find_recordings
from telemetry.sources.safe_xml import XmlRefused

_EXIT_REFUSED = 1
_EXIT_UNREADABLE = 2


def main(argv: Sequence[str] | None = None) -> int:
    """The exit status; prints totals on stdout, everything else on stderr."""
    arguments = _arguments(argv)
    try:
        model = read_devices(arguments.devices.read_bytes())
        recordings = find_recordings(arguments.recordings)
    except XmlRefused as error:
        return _refuse(f"{arguments.devices}, {error}")
    except (OSError, RecordingMissing) as error:
        return _refuse(str(error))
    is_complete = True
    for name, files in recordings.items():
        player = _Player(name=name, files=files, model=model)
        for total in player.totals(
            starts_at=_midnight(arguments.starts_on), ends_at=_midnight(arguments.ends_on)
        ):
            print(_as_json(total) if arguments.json else _as_text(total))
        is_complete = is_complete and player.is_complete
    return 0 if is_complete else _EXIT_UNREADABLE


@dataclass(slots=True, kw_only=True)
class _Player:
    """Plays the files of one device and tells stderr what it passed over."""

    name: DeviceName
    files: tuple[Path, ...]
    model: DeviceModel
    is_complete: bool = True
    skipped: Counter[SkipReason] = field(default_factory=Counter)

    def totals(self, *, starts_at: datetime, ends_at: datetime) -> tuple[DayTotal, ...]:
        device = self.model.device_by_name.get(self.name)
        if device is None:
            known = ", ".join(self.model.device_by_name) or "none"
            self._warn(
                f"not in the device model (there: {known}); not read: {', '.join(map(str, self.files))}"
            )
            self.is_complete = False
            return ()
        if device.execution is None:
            self._warn("has no data item of type EXECUTION in the device model, so no state")
            self.is_complete = False
            return ()
        totals = total_days(
            self._observations(device), device=device.name, starts_at=starts_at, ends_at=ends_at
        )
        self._tell(device, has_totals=bool(totals))
        return totals

    def _observations(self, device: Device) -> Iterator[Observation]:
        for entry in read_recording(self.files, device=device, only=Kind.EXECUTION):
            if isinstance(entry, Observation):
                yield entry
            elif isinstance(entry, Unreadable):
                self.is_complete = False
                print(f"{entry.file}:{entry.line}: {entry.reason}", file=sys.stderr)
            else:
                self.skipped[entry.reason] += 1

    def _tell(self, device: Device, *, has_totals: bool) -> None:
        assert device.execution
        if len(device.executions) > 1:
            others = ", ".join(item.name or item.id for item in device.executions[1:])
            self._warn(f"its state is {device.execution.name or device.execution.id}; not used: {others}")
        if not has_totals:
            self._warn(
                f"no value of {device.execution.name or device.execution.id} before the end of the window"
            )
        if self.skipped:
            self._warn("passed over: " + ", ".join(f"{num} {reason}" for reason, num in self.skipped.items()))

    def _warn(self, text: str) -> None:
        print(f"{self.name}: {text}", file=sys.stderr)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m telemetry.replay",
        description="The hours of each state of each device and UTC day, from MTConnect recordings.",
    )
    parser.add_argument("--devices", type=Path, required=True, help="the device model, Devices.xml")
    parser.add_argument(
        "--from", dest="starts_on", type=_day, required=True, metavar="DATE", help="first UTC day"
    )
    parser.add_argument(
        "--to", dest="ends_on", type=_day, required=True, metavar="DATE", help="day after the last"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line instead of a table")
    parser.add_argument("recordings", nargs="+", type=Path, metavar="DIR_OR_FILES", help="plain or gzip")
    arguments = parser.parse_args(argv)
    if arguments.starts_on >= arguments.ends_on:
        parser.error(f"--from {arguments.starts_on} is not before --to {arguments.ends_on}")
    return arguments


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date like 2018-12-10") from None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _as_json(total: DayTotal) -> str:
    return json.dumps(
        {
            "device": total.device,
            "day": total.day.isoformat(),
            "hours": {state: _hours(spent) for state, spent in total.times},
            "active_starts": total.num_active_starts,
        }
    )


def _as_text(total: DayTotal) -> str:
    hours = "  ".join(f"{state} {_hours(spent):.2f}" for state, spent in total.times)
    return f"{total.device:12} {total.day}  starts {total.num_active_starts:4}  hours: {hours}"


def _hours(spent: timedelta) -> float:
    """Rounded to 4 microseconds."""
    return round(spent / timedelta(hours=1), 9)


def _refuse(text: str) -> int:
    print(text, file=sys.stderr)
    return _EXIT_REFUSED


if __name__ == "__main__":
    sys.exit(main())
