"""What pages, answers and checks about deliveries cost with one order of 1,063 runs on 153 machines of 63 factories.

    python -m benchmarks.deliveries [--rounds 20] [--only account]

Starts servers of its own (or uses those that the environment names), writes the order with 1,000 shipments into them, and
asks for each page as its reader would, one after another, without a browser. CPU is that of this process and of its
database connection together; nothing is kept between rounds but what the product itself keeps.
"""

import argparse
import gc
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import django

from benchmarks.own_servers import settings_ready

settings_ready()
django.setup()

from django.core.management import call_command  # noqa: E402 - the settings must be known first
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from marketplace.accounts.models import Person  # noqa: E402
from marketplace.accounts.viewer import Viewer  # noqa: E402
from marketplace.common import clock, oracles  # noqa: E402
from marketplace.delivery.models import Box, Shipment, VisibilityEvent  # noqa: E402
from marketplace.production.models import Tally, WorkOrder  # noqa: E402
from tests.delivery.large import LargeFlow, a_large_flow  # noqa: E402

MOST_CPU_MS = 200  # p95 of a page


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Of one asking: milliseconds, of the clock and of processors, and how many queries it took."""

    wall_ms: float
    cpu_ms: float
    queries: int
    num_bytes: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--only", default="", help="those whose name holds this")
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    flow = a_large_flow()
    clock.set_clock(speed=1, business_at=flow.now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(
        f"{WorkOrder.objects.count():,} runs, {Shipment.objects.count():,} shipments, {Box.objects.count():,} boxes, "
        f"{VisibilityEvent.objects.count():,} events, {Tally.objects.count():,} tallies",
        flush=True,
    )
    asked = [*pages(flow), *checks()]
    for _name, ask in asked[:1]:
        ask()  # all pages are loaded with the first
    gc.collect()
    gc.freeze()  # as the web process does (config/asgi.py)
    for name, ask in asked:
        if options.only in name:
            print(row(name, ask, rounds=options.rounds), flush=True)


def pages(flow: LargeFlow) -> Iterator[tuple[str, Callable[[], int]]]:
    """What buyer and factory look at, by name."""
    order = flow.order.public_id
    drops = Shipment.objects.filter(order=flow.order, to_drop__isnull=False, received_at__isnull=False)
    sent = Shipment.objects.filter(from_site=flow.sites[0])
    box = Box.objects.filter(shipment=drops[0])[0].public_id
    work = WorkOrder.objects.filter(order=flow.order, good__gt=0)[0]
    own = WorkOrder.objects.filter(equipment__site=flow.sites[0])[0]
    buyer, factory = client_of(flow.buyer), client_of(flow.factory)
    buyers = {
        "order page": f"/orders/{order}/",
        "order page, delivery part": f"/orders/{order}/delivery/",
        "deliveries": f"/orders/{order}/deliveries/",
        "deliveries, all": f"/orders/{order}/deliveries/?show=all",
        "deliveries, found": f"/orders/{order}/deliveries/?show=all&q=Ningbo",
        "account": f"/orders/{order}/account/",
        "account, CSV": f"/orders/{order}/account.csv",
        "lots made": f"/orders/{order}/made/",
        "shipment page": f"/shipments/{drops[0].public_id}/",
        "box with its origins": f"/box/{box}/",
        "boxes with work": reverse("delivery:boxes-with-work", args=[work.public_id]),
        "history": "/shipments/history/",
        "API delivery": f"/api/v1/orders/{order}/delivery",
        "API account": f"/api/v1/orders/{order}/account",
        "API made": f"/api/v1/orders/{order}/made",
        "API shipments": f"/api/v1/shipments?order={order}",
        "API EPCIS": f"/api/v1/orders/{order}/events.epcis",
    }
    factories = {
        "to send": "/shipments/",
        "coming": "/shipments/coming/",
        "shipment page, sender": f"/shipments/{sent.filter(status='planned')[0].public_id}/",
        "work today": reverse("production:today"),
        "work, all": f"{reverse('production:today')}?all=1",
        "work order": reverse("production:work-order", args=[own.public_id]),
        "API work orders": "/api/v1/work-orders",
    }
    for client, paths in ((buyer, buyers), (factory, factories)):
        for name, path in paths.items():
            yield name, asking(client, path)


def checks() -> Iterator[tuple[str, Callable[[], int]]]:
    for name in oracles.names():
        yield f"verify {name}", lambda name=name: len(list(oracles.faults([name])))


def client_of(viewer: Viewer) -> Client:
    client = Client(headers={"host": "localhost"})
    client.force_login(Person.objects.get(pk=viewer.person_id))
    return client


def asking(client: Client, path: str) -> Callable[[], int]:
    def ask() -> int:
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return len(answer.content)

    return ask


def row(name: str, ask: Callable[[], int], *, rounds: int) -> str:
    ask()  # templates are compiled once in the life of a process
    costs = [cost_of(ask) for _ in range(rounds)]
    wall, cpu = ([getattr(one, name) for one in costs] for name in ("wall_ms", "cpu_ms"))
    return (
        f"{name:28} CPU p50 {statistics.median(cpu):6.0f} p95 {_p95(cpu):6.0f} ms   "
        f"wall p50 {statistics.median(wall):6.0f} p95 {_p95(wall):6.0f} ms   "
        f"{costs[0].queries:4} queries {costs[0].num_bytes / 1000:8.1f} kB"
        + ("" if _p95(cpu) < MOST_CPU_MS else "   *")
    )


def cost_of(ask: Callable[[], int]) -> Cost:
    with counted_queries() as queries:
        began, began_cpu, began_db = time.perf_counter(), time.process_time(), database_cpu_s()
        num_bytes = ask()
        return Cost(
            wall_ms=1000 * (time.perf_counter() - began),
            cpu_ms=1000 * (time.process_time() - began_cpu + database_cpu_s() - began_db),
            queries=len(queries),
            num_bytes=num_bytes,
        )


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    queries: list[str] = []

    def note(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        queries.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield queries


def database_cpu_s() -> float:
    """Of the process that serves our connection; 0 where it runs on another machine."""
    connection.ensure_connection()
    told = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    return int(told.read_text().split()[0]) / 1e9 if told.exists() else 0.0


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1] if len(values) > 1 else values[0]


if __name__ == "__main__":
    main()
