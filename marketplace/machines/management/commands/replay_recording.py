"""`manage.py replay_recording`: play MTConnect recordings into the running system as live machines.

Machines speak with their own tokens over MQTT, or HTTP with `--http`. `--setup` registers them first, as the person
`--person`, by the service people use, and writes their tokens to the file `--tokens`; without it that file is read.
Exit status 0: all was said. 1: nothing was done. 2: what could be said was, and what could not is named on stderr.
"""

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace.accounts.models import Person
from marketplace.accounts.selectors import viewer_for
from marketplace.accounts.viewer import Viewer
from marketplace.common.errors import DomainError
from marketplace.machines import selectors, services
from marketplace.machines.management.arguments import utc_midnight, utc_moment
from marketplace.machines.models import Device
from marketplace.machines.player.play import Clockwork, steady, window_of
from marketplace.machines.player.script import Script, read_script
from marketplace.machines.player.voices import HttpVoice, MqttVoice, NotAccepted, Voice
from telemetry.observations import DeviceName
from telemetry.sources.mtconnect_devices import DeviceModel, read_devices
from telemetry.sources.recording_files import RecordingMissing, find_recordings
from telemetry.sources.safe_xml import XmlRefused

PLAYING = "playing from"  # on the first line, when all is read and recorded time begins to run
EXIT_INCOMPLETE = 2
OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A device's public id and token."""

    device: str
    token: str


class Command(BaseCommand):
    help = "Play MTConnect recordings into the running system as live machines."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--devices", type=Path, required=True, help="the device model, Devices.xml")
        parser.add_argument(
            "--speed", type=_speed, default=1.0, help="recorded seconds in a real second (default 1)"
        )
        parser.add_argument(
            "--from",
            dest="starts_at",
            type=utc_moment,
            help="UTC day or moment; what is older is said at once",
        )
        parser.add_argument("--to", dest="ends_at", type=utc_midnight, help="UTC day after the last")
        parser.add_argument(
            "--http", metavar="URL", help="speak to this address instead of the broker in MQTT_URL"
        )
        parser.add_argument("--tokens", type=Path, required=True, help="JSON: name, {device, token}")
        parser.add_argument("--setup", action="store_true", help="register the machines, write their tokens")
        parser.add_argument("--person", help="with --setup: e-mail of an owner or planner of the enterprise")
        parser.add_argument("recordings", nargs="+", type=Path, metavar="DIR_OR_FILES")

    def handle(self, *args: Any, **options: Any) -> None:
        scripts = _scripts(options["devices"], options["recordings"])
        names = [script.device for script in scripts if script.lines]
        keys = (
            _register(names, email=options["person"] or "", file=options["tokens"])
            if options["setup"]
            else _read_keys(options["tokens"], names=names)
        )
        try:
            window = window_of(scripts, starts_at=options["starts_at"], ends_at=options["ends_at"])
            voices = {name: _voice(keys[name], http=options["http"]) for name in names}
            position = steady(starts_at=window.starts_at, speed=options["speed"])
            clockwork = Clockwork(window=window, position=position, voices=voices)
            self.stdout.write(f"{PLAYING} {window.starts_at.isoformat()}")
            self.stdout.flush()
            number = clockwork.play(scripts)
        except (ValueError, NotAccepted) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{number} messages of {len(scripts)} machines, {window.starts_at} to {window.ends_at}"
        )
        problems = [problem for script in scripts for problem in script.problems]
        for problem in problems:
            self.stderr.write(problem)
        if problems:
            sys.exit(EXIT_INCOMPLETE)


def _scripts(devices: Path, recordings: list[Path]) -> list[Script]:
    try:
        model = read_devices(devices.read_bytes())
        found = find_recordings(recordings)
    except XmlRefused as error:
        raise CommandError(f"{devices}, {error}") from error
    except (OSError, RecordingMissing) as error:
        raise CommandError(str(error)) from error
    return [_script(name, files, model=model) for name, files in found.items()]


def _script(name: DeviceName, files: tuple[Path, ...], *, model: DeviceModel) -> Script:
    device = model.device_by_name.get(name)
    if device is None:
        known = ", ".join(model.device_by_name) or "none"
        return Script(device=name, problems=[f"{name}: not in the device model (there: {known})"])
    return read_script(files, device=device)


def _register(names: Iterable[str], *, email: str, file: Path) -> dict[str, Key]:
    """Machines that are there already get new tokens. The file is for its owner's eyes."""
    person = Person.objects.filter(email=email.lower()).first()
    if person is None:
        raise CommandError(f"--person {email!r}: nobody has this e-mail")
    viewer = viewer_for(person)
    try:
        keys = {name: _registered(name, viewer=viewer) for name in names}
    except DomainError as error:
        raise CommandError(str(error.text)) from error
    file.touch(mode=OWNER_ONLY)
    file.write_text(
        json.dumps({name: {"device": key.device, "token": key.token} for name, key in keys.items()})
    )
    return keys


def _registered(name: str, *, viewer: Viewer) -> Key:
    known = selectors.own_devices(viewer=viewer).filter(name=name).first()
    if known is not None:
        made = services.rotate_token(viewer=viewer, device=known.public_id)
        return Key(device=made.device.public_id, token=made.token)
    site = selectors.own_sites(viewer=viewer).first()
    if site is None:
        raise CommandError("the enterprise has no site to put machines at")
    made = services.register_device(
        viewer=viewer, site=site.public_id, name=name, source=Device.Source.MTCONNECT, source_name=name
    )
    return Key(device=made.device.public_id, token=made.token)


def _read_keys(file: Path, *, names: Iterable[str]) -> dict[str, Key]:
    try:
        found = json.loads(file.read_text())
        return {name: Key(**found[name]) for name in names}
    except (OSError, ValueError) as error:
        raise CommandError(f"--tokens {file}: {error}") from error
    except (KeyError, TypeError) as error:
        raise CommandError(f"--tokens {file}: no device and token for {error}") from error


def _voice(key: Key, *, http: str | None) -> Voice:
    if http:
        return HttpVoice(url=http, device=key.device, token=key.token)
    return MqttVoice(url=settings.MQTT_URL, device=key.device, token=key.token)


def _speed(text: str) -> float:
    speed = float(text)
    if not 0 < speed < float("inf"):
        raise argparse.ArgumentTypeError(f"{text}: must be more than 0")
    return speed
