"""`manage.py ingest`: take what all devices say from the broker and store it."""

import logging
import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from marketplace.machines.broker import Inbox
from marketplace.machines.ingest import run

CLIENT_ID = "muster-ingest"

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Consume muster/1/+/obs from the broker in MQTT_URL until told to stop (SIGTERM, Ctrl-C)."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, lambda *_: stop.set())
        inbox = Inbox(url=settings.MQTT_URL, client_id=CLIENT_ID)
        inbox.open()
        try:
            tally = run(inbox, is_stopping=stop.is_set)
        finally:
            inbox.close()
        log.info("stopped after %s", tally)
