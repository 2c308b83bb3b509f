"""Reading machines: `viewer` decides what is seen. What takes database keys is for callers who have decided that."""

from marketplace.machines.selectors.devices import (
    dead_letters,
    looks,
    may_watch_device,
    own_device,
    own_devices,
    own_sites,
)
from marketplace.machines.selectors.fleet import (
    DeviceNow,
    FleetRow,
    LiveNumber,
    device_now,
    devices_now,
    fleet,
    live_numbers,
    own_device_now,
)
from marketplace.machines.selectors.timeline import (
    DayHours,
    WindowInvalid,
    hours_by_state,
    hours_of,
    idle_gaps,
    intervals,
    intervals_of,
    utilisation,
)

__all__ = [
    "DayHours",
    "DeviceNow",
    "FleetRow",
    "LiveNumber",
    "WindowInvalid",
    "dead_letters",
    "device_now",
    "devices_now",
    "fleet",
    "hours_by_state",
    "hours_of",
    "idle_gaps",
    "intervals",
    "intervals_of",
    "live_numbers",
    "looks",
    "may_watch_device",
    "own_device",
    "own_device_now",
    "own_devices",
    "own_sites",
    "utilisation",
]
