"""A frozen copy of the network for a rated order that does not exist: what machines offer, and the work in its way.

The order is written within a savepoint that is always rolled back: so the copy is made by the very code that plans real
orders, and no row remains, nobody is told and nothing is nudged.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from marketplace.accounts.places import City
from marketplace.orders.models import Order, OrderDrop, Product
from marketplace.planning.models import PlanRun
from marketplace.planning.run import build_problem
from marketplace.trading.claim import Claim
from marketplace.trading.models import Run
from marketplace.trading.services.precedence import in_the_way
from matching.write import write_problem

Document = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fictitious:
    """An order that nobody placed. `buyer_id` is the key of the enterprise that plays the buyer."""

    buyer_id: int
    product: Product
    quantity: int
    city: City
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkCopy:
    """`burdens` as `scheduling.burdens`; `works` say of each, by reference: number of its order, rating and minutes."""

    epoch: datetime
    problem: Document
    burdens: list[Document]
    works: dict[str, Document]


@transaction.atomic
def copy_network(wanted: Fictitious, *, claim: Claim, now: datetime) -> NetworkCopy:
    """As the market stands at this moment. Only reads, in the end."""
    epoch = now.replace(second=0, microsecond=0)
    burdens = in_the_way(claim, epoch=epoch, now=now)
    with transaction.atomic():
        order = _written(wanted)
        run = PlanRun(
            order=order, revision=order.revision, kind=PlanRun.Kind.PRECEDENCE, goal=PlanRun.Goal.FASTEST,
            epoch=epoch, asked_at=now, priced_on=claim.occasion,
            freed=[str(burden["reference"]) for burden in burdens],
        )  # fmt: skip
        problem = write_problem(build_problem(run))
        transaction.set_rollback(True)
    return NetworkCopy(epoch=epoch, problem=problem, burdens=burdens, works=_works(burdens))


def _written(wanted: Fictitious) -> Order:
    order = Order.objects.create(
        buyer_id=wanted.buyer_id, product=wanted.product, title=wanted.product.name, quantity=wanted.quantity,
        due_at=wanted.due_at,
    )  # fmt: skip
    OrderDrop.objects.create(
        order=order, name=wanted.city.name, city=wanted.city.name, lat=wanted.city.lat, lon=wanted.city.lon,
        quantity=wanted.quantity, due_at=wanted.due_at,
    )  # fmt: skip
    return order


def _works(burdens: list[Document]) -> dict[str, Document]:
    """Orders are numbered as they come by start of their first work: no name is in a copy's answer."""
    minutes = {str(one["reference"]): int(one["end_min"]) - int(one["start_min"]) for one in burdens}
    rows = Run.objects.filter(public_id__in=minutes).order_by("starts_at", "pk")
    numbers: dict[int, int] = {}
    found = {}
    for reference, order, rating in rows.values_list(
        "public_id", "package__deal__order_id", "package__deal__order__rating"
    ):
        number = numbers.setdefault(order, len(numbers) + 1)
        found[reference] = {"order": number, "rating": rating, "minutes": minutes[reference]}
    return found
