"""`manage.py run_scenario plates`: seed a world if it is not there, then let its machines and people act."""

import asyncio
import os
from pathlib import Path

import httpx
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace.common import clock
from scenarios import plates, tiny
from scenarios.conductor import Conductor
from scenarios.keys import Keys, read_keys
from scenarios.machines import Fleet
from scenarios.people import TIMEOUT_S
from scenarios.seeding import PASSWORD, is_seeded, seed
from scenarios.world import World

WORLDS = {"plates": plates.generate, "tiny": tiny.generate}


class Command(BaseCommand):
    help = "Seed a scenario's world if needed and let it live until it is stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", choices=sorted(WORLDS))
        parser.add_argument("--seed", type=int, default=int(os.environ.get("SEED", "1")))
        parser.add_argument("--seed-only", action="store_true", help="write the world and end")

    def handle(self, *args: object, **options: object) -> None:
        name, number = str(options["name"]), int(str(options["seed"]))
        if settings.IS_PRODUCTION:
            raise CommandError("A scenario is refused in production.")
        world = WORLDS[name](number)
        keys_file = Path(os.environ.get("STATE", ".state")) / f"{name}-{number}.keys.json"
        keys = read_keys(keys_file) if is_seeded(world) else seed(world, keys_file=keys_file)
        if not options["seed_only"]:
            clock.resume()
            self._tell(world)
            asyncio.run(self._live(world, keys, number=number))

    def _tell(self, world: World) -> None:
        self._say(
            f"Scenario {world.name}: {len(world.firms)} factories. Log in with password {PASSWORD!r} as"
        )
        for who in ("buyer", "factory", "coordinator"):
            self._say(f"  {who}@muster.example")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    async def _live(self, world: World, keys: Keys, *, number: int) -> None:
        address = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/"
        fleet = Fleet(keys, seed=number, mqtt_url=settings.MQTT_URL, now=clock.now, touch=clock.touch)
        async with httpx.AsyncClient(base_url=address, timeout=TIMEOUT_S) as client:
            conductor = Conductor(
                world, keys, client=client, address=address, say=self._say,
                set_speed=_set_speed, take_runs=fleet.take_runs,
            )  # fmt: skip
            machines = asyncio.create_task(fleet.run())
            story = asyncio.create_task(conductor.play())
            done, _ = await asyncio.wait({machines, story}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            await machines


@sync_to_async
def _set_speed(speed: float) -> None:
    clock.set_clock(speed=speed)
