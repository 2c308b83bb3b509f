"""A small network whose people gave everything Chinese names: what is Latin on its pages is ours."""

from datetime import timedelta

from django.test import override_settings

from marketplace.accounts.viewer import Viewer
from marketplace.capacity import services as capacity
from marketplace.common import clock
from marketplace.orders.drafts import DropDraft
from marketplace.orders.models import Operation, OperationNeed, Order, Product
from marketplace.planning import run as planning_run
from marketplace.planning import services as planning
from marketplace.planning.models import PlanRun
from marketplace.trading import services as trading
from tests.builders import (
    a_machine,
    a_membership,
    a_person,
    a_site,
    a_viewer,
    an_enterprise,
    an_order,
)

DAY_AND_NIGHT = tuple((weekday, "00:00", "00:00") for weekday in range(7))
QUANTITY = 3_000
CITIES = (("Ningbo", 29.87, 121.55), ("Cixi", 30.17, 121.24))


def a_chinese_world() -> dict[str, Viewer]:
    """A viewer for each role: offers wait, one order is offered to factories, another has plans, one is a draft."""
    clock.set_clock(speed=1.0)
    buyer = a_viewer(enterprise=an_enterprise(kind="buyer", name="东部采购中心"))
    factories = [
        a_factory(number, city=city, lat=lat, lon=lon) for number, (city, lat, lon) in enumerate(CITIES)
    ]
    product = a_plate()
    orders = [an_order_of(product, buyer=buyer, title=title) for title in ("第一批", "第二批", "第三批")]
    chosen = planned(orders[0], buyer=buyer)
    trading.choose_plan(
        viewer=buyer,
        order_public_id=orders[0].public_id,
        plan_public_id=chosen.public_id,
        now=clock.now(),
        clock_speed=1.0,
    )
    planned(orders[1], buyer=buyer)
    coordinator = a_viewer(enterprise=an_enterprise(kind="coordinator", name="协调办公室"))
    return {"buyer": buyer, "factory": factories[0], "coordinator": coordinator}


def a_factory(number: int, *, city: str, lat: float, lon: float) -> Viewer:
    """Two presses, one of them connected."""
    enterprise = an_enterprise(name=f"第{number}冲压厂", certificates=["ISO 9001"])
    site = a_site(enterprise=enterprise, name="总厂", city=city, lat=lat, lon=lon, time_zone="Asia/Shanghai")
    person = a_person(name="李伟", language="zh-hans")
    a_membership(enterprise=enterprise, role="owner", person=person)
    owner = Viewer(
        person_id=person.pk,
        enterprise_id=enterprise.pk,
        enterprise_public_id=enterprise.public_id,
        kind="factory",
        role="owner",
    )
    for position in range(2):
        machine = a_machine(
            site=site, name=f"冲床{position}", own_number=f"M{position}", hours=DAY_AND_NIGHT, units_per_h=200
        )
        if position == 0:
            capacity.connect(viewer=owner, machine=machine.public_id, connection="json")
    return owner


def a_plate() -> Product:
    product = Product.objects.create(code="plate", name="号牌", material_code="")
    operation = Operation.objects.create(
        product=product, position=0, code="press", name="冲压", process="press", makes="blank", weight_g=100
    )
    assert not OperationNeed.objects.filter(operation=operation).exists()
    return product


def an_order_of(product: Product, *, buyer: Viewer, title: str) -> Order:
    now, drop = clock.now(), DropDraft(name="仓库", city="Shanghai", lat=31.23, lon=121.47, quantity=QUANTITY)
    return an_order(
        buyer=buyer,
        product=product,
        quantity=QUANTITY,
        now=now,
        due_at=now + timedelta(days=9),
        title=title,
        drops=(drop,),
    )


def planned(order: Order, *, buyer: Viewer) -> PlanRun:
    """The order's plans are made here and now; the fastest."""
    with override_settings(SOLVER={"time_limit_s": 5, "memory_mib": 2048, "workers": 1}):
        runs = planning.request_plans(viewer=buyer, order_public_id=order.public_id, now=clock.now())
        for run in runs:
            planning_run.solve_row(run.public_id)
    return PlanRun.objects.get(order=order, goal=PlanRun.Goal.FASTEST)
