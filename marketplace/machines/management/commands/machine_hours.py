"""`manage.py machine_hours`: the hours of each state by device and UTC day, summed in the database.

Printed as `python -m telemetry.replay` prints them, so that the two can be compared. For whoever operates the system.
"""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from marketplace.common import clock
from marketplace.machines.management.arguments import utc_midnight
from marketplace.machines.models import Device
from marketplace.machines.selectors import DayHours, hours_of


class Command(BaseCommand):
    help = "Print the hours of each state of each device and UTC day, from the stored intervals."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="starts_at", type=utc_midnight, required=True, metavar="DATE")
        parser.add_argument("--to", dest="ends_at", type=utc_midnight, required=True, metavar="DATE")
        parser.add_argument("--json", action="store_true", help="one JSON object a line instead of a table")
        parser.add_argument("--enterprise", help="public id; default: the devices of all")

    def handle(self, *args: Any, **options: Any) -> None:
        devices = Device.objects.select_related("state").order_by("source_name", "name", "id")
        if options["enterprise"]:
            devices = devices.filter(enterprise__public_id=options["enterprise"])
        found = hours_of(
            list(devices),
            starts_at=options["starts_at"],
            ends_at=options["ends_at"],
            now=clock.now(),
            real_now=clock.real_now(),
        )
        for day in found:
            self.stdout.write(_as_json(day) if options["json"] else _as_text(day))


def _as_json(found: DayHours) -> str:
    return json.dumps(
        {
            "device": found.source_name or found.name,
            "day": found.day.isoformat(),
            "hours": dict(found.hours),
            "active_starts": found.active_starts,
        }
    )


def _as_text(found: DayHours) -> str:
    hours = "  ".join(f"{state} {spent:.2f}" for state, spent in found.hours)
    name = found.source_name or found.name
    return f"{name:12} {found.day}  starts {found.active_starts:4}  hours: {hours}"
