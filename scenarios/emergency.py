"""The coordinator's office of a world: two people declare the emergency, open a programme, confirm a need and rate it."""

import asyncio
import time
from datetime import timedelta
from typing import Any

from scenarios.orders import ENDED, NoPlan, Say
from scenarios.people import Actor, Now, Refused
from scenarios.second_factor import PERIOD_S, code_of
from scenarios.world import EmergencySpec

WRONG_CODE = "accounts:wrong-code"
POLL_S = 1.0


class Office:
    """`officers` are the proposer and the approver, each with the secret of their one-time codes."""

    def __init__(
        self, spec: EmergencySpec, *, officers: tuple[tuple[Actor, str], tuple[Actor, str]], products: tuple[str, ...],
        processes: tuple[str, ...], target: int, now: Now, say: Say, address: str,
    ) -> None:  # fmt: skip
        self._spec = spec
        self._proposer, self._approver = officers
        self._products = products
        self._processes = processes
        self._target = target
        self._now = now
        self._say = say
        self._address = address

    async def declare(self) -> str:
        """The id of the live declaration: the one that is there, or a new one that both have signed."""
        actor, secret = self._proposer
        for found in await actor.pages("declarations"):
            if found["title"] == self._spec.programme and found["state"] in {"draft", "waiting", "live"}:
                declaration = found
                break
        else:
            declaration = await actor.post("declarations", await self._draft())
        where = f"declarations/{declaration['id']}"
        self._say(f"Emergency, {declaration['state']}: {self._address}emergency/{declaration['id']}/")
        if declaration["state"] == "draft":
            declaration = await self._signed(actor, secret, f"{where}/propose", {})
        if declaration["state"] == "waiting":
            read = {"content_hash": declaration["content_hash"]}
            declaration = await self._signed(*self._approver, f"{where}/approve", read)
            self._say("Declared: two people have signed.")
        while (await actor.get(where))["state"] == "approved":
            await asyncio.sleep(POLL_S)
        return str(declaration["id"])

    async def rate(self, declaration: str, *, order: str, buyer: str) -> str:
        """Open the programme, confirm the need with the buyer and sign that the order comes first; the rating's id."""
        actor, _secret = self._proposer
        where = f"declarations/{declaration}"
        programme = await actor.post(
            f"{where}/programmes",
            {"name": self._spec.programme, "product": self._products[0], "target_quantity": self._target},
        )
        await actor.post(
            f"{where}/orders/{order}/confirmations", {"confirmed_with": buyer, "how": "by telephone"}
        )
        rating = await actor.post(
            f"programmes/{programme['id']}/ratings",
            {"order": order, "rating": "DX", "statement": self._spec.reason},
        )
        self._say("Rated DX: it comes before every order that is not.")
        return str(rating["id"])

    async def take_precedence(self, rating: str) -> None:
        """Have the order planned as the first, and let what it displaces be planned anew."""
        actor, _secret = self._proposer
        where = f"ratings/{rating}/precedence"
        plan = await actor.post(where)
        while plan["status"] not in ENDED:
            await asyncio.sleep(POLL_S)
            plan = await actor.get(where)
        if plan["arrives_at"] is None:
            raise NoPlan("No plan was found for the rated order; the world has too little capacity.")
        await actor.post(f"{where}/take", {"plan": plan["plan"]})
        self._say(f"Taken: it arrives {plan['arrives_at']}; {plan['num_displaced']} runs of others give way.")

    async def _draft(self) -> dict[str, object]:
        now = await self._now()
        return {
            "title": self._spec.programme,
            "authority": self._spec.authority,
            "legal_basis": self._spec.legal_basis,
            "reason": self._spec.reason,
            "hazard": "occurred",
            "products": list(self._products),
            "processes": list(self._processes),
            "regions": list(self._spec.regions),
            "starts_at": now.isoformat(),
            "ends_at": (now + timedelta(days=self._spec.days)).isoformat(),
        }

    async def _signed(self, actor: Actor, secret: str, path: str, body: dict[str, object]) -> Any:
        """With the code of this moment; a code that was used already is waited out."""
        while True:
            try:
                return await actor.post(path, {**body, "code": code_of(secret, at=time.time())})
            except Refused as refused:
                if refused.code != WRONG_CODE:
                    raise
            await asyncio.sleep(PERIOD_S - time.time() % PERIOD_S)
