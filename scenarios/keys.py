"""The plain tokens of a seeded world, kept beside its data so that a second start can go on."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineKey:
    machine: str  # public id of the equipment
    device: str  # public id of the device: MQTT user and topic
    token: str
    firm: str
    units_per_h: int
    source_name: str
    time_zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficerKey:
    """An API token and the secret of the one-time codes (base 32, as an authenticator takes it)."""

    token: str
    totp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """`firms` and `buyers` hold an API token for each firm's and buyer's key.

    The coordinator and the approver are two people of one office; both have a second factor.
    """

    buyers: dict[str, str]
    coordinator: OfficerKey
    approver: OfficerKey
    firms: dict[str, str]
    machines: tuple[MachineKey, ...]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def read_keys(file: Path) -> Keys:
    value = json.loads(file.read_text())
    machines = tuple(MachineKey(**machine) for machine in value.pop("machines"))
    coordinator, approver = (OfficerKey(**value.pop(name)) for name in ("coordinator", "approver"))
    return Keys(machines=machines, coordinator=coordinator, approver=approver, **value)
