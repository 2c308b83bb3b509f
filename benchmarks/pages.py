"""Time to the first byte and weight of the main pages, while `plates` is being made at 600-fold speed.

    python -m benchmarks.pages [--rounds 20]

Starts a demonstration of its own and waits until its runs are booked. One visitor after another, gzip, no browser: a page's
weight is that of its document alone.
"""

import argparse
import re
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from embedded.ports import free_port
from embedded.state import open_state
from tests.supervised import Supervised, start

UP_WITHIN_S = 180
BOOKED_WITHIN_S = 600
PASSWORD = "muster-demo"
PAGES = {
    "buyer": ("/orders/", "/products/"),
    "factory": ("/factory/", "/machines/", "/offers/", "/booked/"),
    "coordinator": ("/control-room/", "/network/"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    with booked_demo() as muster:
        order = re.findall(r"/orders/\w+/", muster.log("scenario"))[-1]
        for role, paths in PAGES.items():
            with visitor(muster.base_url, email=f"{role}@muster.example") as client:
                for path in [*order_pages(client, order), *paths] if role == "buyer" else paths:
                    print(row(client, path, rounds=rounds), flush=True)


@contextmanager
def booked_demo() -> Iterator[Supervised]:
    with tempfile.TemporaryDirectory(prefix="muster-pages-") as folder:
        environ = {"ENVIRONMENT": "demo", "SCENARIO": "plates", "PORT": str(free_port())}
        muster = start(open_state(Path(folder)), environ=environ)
        try:
            muster.wait_until_up(within_s=UP_WITHIN_S)
            muster.wait_for(lambda: "Booked:" in muster.log("scenario"), within_s=BOOKED_WITHIN_S)
            yield muster
        finally:
            muster.stop()


@contextmanager
def visitor(base_url: str, *, email: str) -> Iterator[httpx.Client]:
    """Somebody who has logged in."""
    headers = {"Accept-Encoding": "gzip", "Referer": base_url}
    with httpx.Client(base_url=base_url, follow_redirects=True, headers=headers, timeout=30) as client:
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get("/accounts/login/").text)
        assert found is not None
        form = {"login": email, "password": PASSWORD, "csrfmiddlewaretoken": found[1]}
        client.post("/accounts/login/", data=form).raise_for_status()
        yield client


def order_pages(client: httpx.Client, order: str) -> list[str]:
    """The order's page, the parts that it fetches, and its plans looked at closely."""
    parts = sorted(set(re.findall(r'hx-get="([^"]+)"', client.get(order).text)) - {order})
    plans = {plan for part in parts for plan in re.findall(r'href="(/plans/[^"]+)"', client.get(part).text)}
    return [order, *parts, *sorted(plans)]


def row(client: httpx.Client, path: str, *, rounds: int) -> str:
    times, size = [], 0
    for _ in range(rounds):
        began = time.perf_counter()
        with client.stream("GET", path) as answer:
            times.append(1000 * (time.perf_counter() - began))
            size = sum(len(part) for part in answer.iter_raw())
            answer.raise_for_status()
    p95 = statistics.quantiles(times, n=20)[-1]
    shown = re.sub(r"_[0-9a-z]{16}", "_…", path)
    return f"{shown:26} p50 {statistics.median(times):5.0f} ms   p95 {p95:5.0f} ms   {size / 1000:6.1f} kB"


if __name__ == "__main__":
    main()
