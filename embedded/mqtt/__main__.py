"""`python -m embedded.mqtt`: run the broker at the address, and with the server user, of `MQTT_URL`."""

import asyncio
import logging
import os
from urllib.parse import unquote, urlsplit

import uvloop

from embedded.mqtt.access import DatabaseAccess
from embedded.mqtt.broker import Broker


async def serve() -> None:
    """Runs until the process is ended."""
    url = urlsplit(os.environ["MQTT_URL"])
    access = DatabaseAccess(
        server_user=unquote(url.username or ""),
        server_password=unquote(url.password or ""),
        database_url=os.environ["DATABASE_URL"],
    )
    await Broker(access=access, bind=f"{url.hostname}:{url.port}").start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s", level=logging.WARNING)
    uvloop.run(serve())
