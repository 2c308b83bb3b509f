"""`manage.py poll_mtconnect --url http://agent:5000/Mazak01 --to http://127.0.0.1:8000 --token musd_…`

Asks an MTConnect agent for one machine, again and again, and forwards what it answers. The token can also come from the
environment as DEVICE_TOKEN, where other users of the computer do not see it.
"""

import logging
import os
import signal
import threading
from typing import Any

import httpx
from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace.common.clock import real_now
from marketplace.machines.poller import ROUND_FAILED, TIMEOUT_S, Poller
from telemetry.sources.mtconnect_polling import SAMPLE_COUNT, AgentCursor, Verdict

SLOWEST_S = 60.0  # a device that is not heard for three minutes is silent

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Poll an MTConnect agent and forward its answers as one device."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", required=True, help="the agent's address, up to the machine's name")
        parser.add_argument("--to", required=True, help="our address, as http://127.0.0.1:8000")
        parser.add_argument("--token", default=os.environ.get("DEVICE_TOKEN", ""), help="or DEVICE_TOKEN")
        parser.add_argument("--every", type=float, default=5.0, help="seconds between rounds (default 5)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["token"]:
            raise CommandError("a device token is needed: --token or DEVICE_TOKEN")
        stop = threading.Event()
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, lambda *_: stop.set())
        bearer = {"Authorization": f"Bearer {options['token']}"}
        with (
            httpx.Client(base_url=options["url"], timeout=TIMEOUT_S, follow_redirects=False) as agent,
            httpx.Client(base_url=options["to"], timeout=TIMEOUT_S, headers=bearer) as muster,
        ):
            _poll(Poller(agent=agent, muster=muster, now=real_now), every_s=options["every"], stop=stop)


def _poll(poller: Poller, *, every_s: float, stop: threading.Event) -> None:
    """Until told to stop; after a failed round twice as long a pause, up to SLOWEST_S."""
    cursor: AgentCursor | None = None
    pause_s = every_s
    while not stop.is_set():
        try:
            polled = poller.poll(cursor)
        except ROUND_FAILED as error:
            log.warning("no answer taken: %s", error)
            pause_s = min(SLOWEST_S, pause_s * 2)
        else:
            has_more = polled.verdict is Verdict.FOLLOWS and _is_full(cursor, polled.cursor)
            cursor = polled.cursor
            pause_s = 0.0 if cursor is None or has_more else every_s
        stop.wait(pause_s or 0.1)


def _is_full(before: AgentCursor | None, after: AgentCursor | None) -> bool:
    """The agent gave as much as was asked for: more waits there."""
    return (
        before is not None
        and after is not None
        and after.next_sequence - before.next_sequence >= SAMPLE_COUNT
    )
