"""Changing what devices are, and storing what they say."""

from marketplace.machines.services.devices import (
    NameTaken,
    NewDevice,
    register_device,
    rotate_token,
    switch_off,
)
from marketplace.machines.services.looks import note_look
from marketplace.machines.services.record import Fate, Recorded, record
from marketplace.machines.services.silence import end_silent_states

__all__ = [
    "Fate",
    "NameTaken",
    "NewDevice",
    "Recorded",
    "end_silent_states",
    "note_look",
    "record",
    "register_device",
    "rotate_token",
    "switch_off",
]
