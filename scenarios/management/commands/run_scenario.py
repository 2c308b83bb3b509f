"""`manage.py run_scenario plates`: seed a world if it is not there, then let its machines and people act.

What it writes to stdout is for the person at the console.
"""

import asyncio
import os
import sys
from datetime import datetime, timedelta
from pathlib import Path

import httpx
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace.common import clock
from scenarios import masks, nist, plates, tiny
from scenarios.conductor import Conductor
from scenarios.emergency import Office
from scenarios.keys import Keys, read_keys
from scenarios.machines import Fleet
from scenarios.orders import NoPlan
from scenarios.owners import offer_idle_time
from scenarios.people import TIMEOUT_S, Actor
from scenarios.recordings import Recordings, find_or_make
from scenarios.replay import replay
from scenarios.seeding import PASSWORD, is_seeded, seed
from scenarios.world import ReplaySpec, World

WORLDS = {
    "plates": plates.generate,
    "plates-breakdown": plates.generate_with_breakdown,
    "tiny": tiny.generate,
    "nist": nist.generate,
    "masks-mini": masks.generate,
}
DAY = timedelta(days=1)
KEYS = ".keys.json"


class Command(BaseCommand):
    help = "Seed a scenario's world if needed and let it live until it is stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", choices=sorted(WORLDS))
        parser.add_argument("--seed", type=int, default=int(os.environ.get("SEED") or "1"))
        parser.add_argument("--seed-only", action="store_true", help="write the world and end")

    def handle(self, *args: object, **options: object) -> None:
        name, number = str(options["name"]), int(str(options["seed"]))
        if settings.IS_PRODUCTION:
            raise CommandError("A scenario is refused in production.")
        world = WORLDS[name](number)
        state = Path(os.environ.get("STATE") or ".state").resolve()
        keys_file = state / f"{name}-{number}{KEYS}"
        if is_seeded():
            self._require_same_world(keys_file)
            keys = read_keys(keys_file)
            clock.resume()
        else:
            keys = seed(world, keys_file=keys_file)
        if not options["seed_only"]:
            self._tell(world, number=number)
            asyncio.run(self._live(world, keys, number=number, state=state))

    def _require_same_world(self, keys_file: Path) -> None:
        """One state folder holds one world: that of another name or seed needs a folder of its own."""
        if keys_file.is_file():
            return
        found = sorted(file.name.removesuffix(KEYS) for file in keys_file.parent.glob(f"*{KEYS}"))
        there = f"the scenario {' and '.join(found)}" if found else "a world whose keys are not there"
        self._say(
            f"{keys_file.parent} holds {there}, not {keys_file.name.removesuffix(KEYS)} (name-seed). "
            "Start it with that SCENARIO and SEED, or give another folder: STATE=…"
        )
        sys.exit(os.EX_CONFIG)

    def _tell(self, world: World, *, number: int) -> None:
        num_machines = sum(len(firm.machines) for firm in world.firms)
        self._say(
            f"Scenario {world.name}, seed {number}: {len(world.firms)} factories, {num_machines} machines."
        )
        self._say(f"Log in at {_address()} with password {PASSWORD} as")
        for who in ("buyer", "factory", "coordinator"):
            self._say(f"  {who}@muster.example")
        if world.emergency is not None:
            self._say(
                "The second person of the coordinator's office is approver@muster.example; both have a second factor."
            )
            self._say(
                "Its code of this moment: .venv/bin/python -m scenarios.second_factor, with STATE as here."
            )

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    async def _live(self, world: World, keys: Keys, *, number: int, state: Path) -> None:
        """Recordings first, where the world has some; then simulated machines and the story side by side."""
        speed = float(os.environ.get("CLOCK_SPEED") or world.clock_speed)
        if world.replay is not None and await sync_to_async(clock.now)() < world.replay.ends_at:
            await replay(
                world.replay, keys=keys, speed=speed, say=self._say, tokens=state / f"{world.name}.tokens.json",
                recordings=_recordings(world.replay, keys, number=number, state=state),
            )  # fmt: skip
            self._say("From here on the machines are simulated.")
        fleet = Fleet(keys, seed=number, mqtt_url=settings.MQTT_URL, now=clock.now, touch=clock.touch)
        async with httpx.AsyncClient(base_url=_address(), timeout=TIMEOUT_S) as client:
            firms = {key: Actor(client, token=token) for key, token in keys.firms.items()}

            async def prepare() -> None:
                if world.replay is not None:
                    now = await sync_to_async(clock.now)()
                    await offer_idle_time(world.replay, keys=keys, firms=firms, now=now, say=self._say)

            buyers = {key: Actor(client, token=token) for key, token in keys.buyers.items()}
            conductor = Conductor(
                world, buyers=buyers, firms=firms, office=self._office(world, keys, client), address=_address(),
                speed=speed, say=self._say, now=_now, set_speed=_set_speed, take_runs=fleet.take_runs,
                break_down=fleet.break_down, prepare=prepare,
            )  # fmt: skip
            await conductor.take_up()
            await self._side_by_side(fleet, conductor)

    def _office(self, world: World, keys: Keys, client: httpx.AsyncClient) -> Office | None:
        if world.emergency is None:
            return None
        proposer, approver = (
            (Actor(client, token=officer.token), officer.totp)
            for officer in (keys.coordinator, keys.approver)
        )
        operations = world.order.product.operations
        return Office(
            world.emergency, officers=(proposer, approver), products=(world.order.product.code,),
            processes=tuple(one.process for one in operations), target=world.order.quantity, now=_now, say=self._say,
            address=_address(),
        )  # fmt: skip

    async def _side_by_side(self, fleet: Fleet, conductor: Conductor) -> None:
        """The machines go on when the story has ended; what goes wrong in either ends both."""
        machines = asyncio.create_task(fleet.run())
        story = asyncio.create_task(conductor.play())
        done, _ = await asyncio.wait({machines, story}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            try:
                task.result()
            except NoPlan as error:
                self._say(str(error))
        await machines


def _address() -> str:
    return f"http://127.0.0.1:{os.environ.get('PORT') or '8000'}/"


def _recordings(spec: ReplaySpec, keys: Keys, *, number: int, state: Path) -> Recordings:
    return find_or_make(
        given=os.environ.get("RECORDINGS", ""),
        made_in=state / f"recordings-{number}",
        names=tuple(key.source_name for key in keys.machines if key.source_name),
        days=tuple(spec.starts_at + DAY * n for n in range((spec.ends_at - spec.starts_at) // DAY)),
        seed=number,
    )


@sync_to_async
def _now() -> datetime:
    return clock.now()


@sync_to_async
def _set_speed(speed: float) -> None:
    clock.set_clock(speed=speed)
