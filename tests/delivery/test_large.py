"""Pages of an order with very many runs and boxes: 50 rows, searched and paged, and no more queries than for few."""

from functools import partial

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.accounts.models import Person
from marketplace.common import clock, oracles
from marketplace.delivery.models import Shipment
from marketplace.delivery.selectors.finding import matching
from marketplace.delivery.selectors.shipments import expected, shipments_of, to_send
from marketplace.production.models import WorkOrder
from tests.delivery.large import LargeFlow, a_large_flow
from tests.delivery.queries import num_queries

pytestmark = pytest.mark.django_db
FEW = {"num_firms": 6, "num_machines": 9, "num_runs": 30, "num_shipments": 30, "quantity": 90_000}
MANY = {"num_firms": 6, "num_machines": 9, "num_runs": 300, "num_shipments": 240, "quantity": 90_000}


@pytest.fixture(autouse=True)
def standing_clock():
    clock.set_clock(speed=0, business_at=LargeFlow.now)
    yield
    clock.forget()


def a_client(viewer) -> Client:
    client = Client()
    client.force_login(Person.objects.get(pk=viewer.person_id))
    return client


def paths(flow) -> dict[str, list[str]]:
    order = flow.order.public_id
    received = Shipment.objects.filter(order=flow.order, to_drop__isnull=False, received_at__isnull=False)[0]
    work = WorkOrder.objects.filter(order=flow.order, good__gt=0)[0]
    return {
        "buyer": [
            f"/orders/{order}/",
            f"/orders/{order}/delivery/",
            f"/orders/{order}/deliveries/",
            f"/orders/{order}/deliveries/?show=all&q=ningbo",
            f"/orders/{order}/account/",
            f"/orders/{order}/made/",
            f"/shipments/{received.public_id}/",
            f"/box/{received.boxes.all()[0].public_id}/",
            reverse("delivery:boxes-with-work", args=[work.public_id]),
            "/shipments/history/",
            f"/api/v1/orders/{order}/delivery",
            f"/api/v1/orders/{order}/made",
        ],
        "factory": ["/shipments/", "/shipments/coming/", "/api/v1/shipments", "/api/v1/work-orders"],
    }


def test_no_page_asks_more_for_many_rows_than_for_few():
    few, many = a_large_flow(**FEW), a_large_flow(**MANY)
    for who in ("buyer", "factory"):
        clients = [a_client(getattr(flow, who)) for flow in (few, many)]
        for path, larger in zip(paths(few)[who], paths(many)[who], strict=True):
            asked = []
            for client, url in zip(clients, (path, larger), strict=True):
                read = partial(client.get, url, headers={"HX-Request": "true"})
                read()  # what is counted is noted once
                asked.append(num_queries(read))
            assert asked[1] <= asked[0], (path, asked)


def test_lists_show_fifty_rows_a_page_and_all_over_their_pages():
    flow = a_large_flow(**MANY)
    client = a_client(flow.buyer)
    seen: set[str] = set()
    for page in range(1, 6):
        answer = client.get(f"/orders/{flow.order.public_id}/deliveries/?show=all&page={page}")
        rows = [row.shipment.public_id for row in answer.context["rows"]]
        assert len(rows) == (50 if page < 5 else 40)
        seen |= set(rows)
    assert len(seen) == 240
    made = client.get(f"/orders/{flow.order.public_id}/made/?page=6")
    assert len(made.context["work"]) == 50 and made.context["page"].paginator.num_pages == 6
    whole = client.get(f"/orders/{flow.order.public_id}/made/?csv=1").content.decode()
    assert len(whole.strip().splitlines()) == 301


def test_a_search_finds_what_is_shown_by_each_of_its_words():
    flow = a_large_flow(**FEW)
    mine = shipments_of(flow.order)

    def found(text, viewer=flow.buyer, rows=mine):
        return set(matching(viewer, rows, text).values_list("public_id", flat=True))

    one = mine.filter(to_drop__isnull=False).first()
    assert found("") == set(mine.values_list("public_id", flat=True))
    assert found(one.public_id) == found(one.public_id.upper()) == {one.public_id}
    assert found("Depot") == found("shanghai") == ids(mine.filter(to_drop__isnull=False))
    assert found("after press") == ids(mine.filter(item="pressed"))
    assert found("after press planned") == ids(mine.filter(item="pressed", status="planned"))
    assert found("yuyao") == ids(mine.filter(from_site__city="Yuyao") | mine.filter(to_site__city="Yuyao"))
    assert found("nowhere") == set()


def test_a_search_tells_nobody_the_names_of_others():
    flow = a_large_flow(**FEW)
    for name in (flow.sites[1].name, "Depot"):
        for rows in (to_send(flow.factory), expected(flow.factory)):
            assert not matching(flow.factory, rows, name).exists()
    own = to_send(flow.factory)
    assert ids(matching(flow.factory, own, flow.sites[0].name)) == ids(own)


def test_such_an_order_has_no_fault():
    a_large_flow(**FEW)
    assert [fault.text for fault in oracles.faults(["delivery", "production.sums"])] == []


def ids(rows) -> set[str]:
    return set(rows.values_list("public_id", flat=True))


@pytest.mark.parametrize("more", ["", "?q=press"])
def test_a_list_of_shipments_has_one_field_to_search_in(more):
    for size in (MANY, FEW):
        flow = a_large_flow(**size)
        html = a_client(flow.buyer).get(f"/shipments/history/{more}").text.partition("</main>")[0]
        assert html.count('type="search"') == 1, (size, more)
