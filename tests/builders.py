"""Rows for tests: plain functions with good defaults. Nothing is shared, nothing is hidden."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import count

from rest_framework.test import APIClient

from marketplace.accounts.authentication import hash_token
from marketplace.accounts.models import ApiToken, Enterprise, Membership, Person, Site
from marketplace.accounts.selectors import viewer_for
from marketplace.accounts.viewer import Viewer
from marketplace.capacity.models import Capability, Equipment, Rate, WeeklyHours
from marketplace.machines.models import Device
from marketplace.orders.drafts import DropDraft, OrderDraft
from marketplace.orders.models import Material, Operation, OperationNeed, Order, Product
from marketplace.orders.services import create_order

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)  # a Monday; 16:00 in Shanghai
_number = count(1)


def an_enterprise(
    *, kind: str = Enterprise.Kind.FACTORY, name: str = "", verified: bool = True, **more: object
) -> Enterprise:
    verification = Enterprise.Verification.VERIFIED if verified else Enterprise.Verification.UNVERIFIED
    return Enterprise.objects.create(
        name=name or f"Enterprise {next(_number)}", kind=kind, **{"verification": verification, **more}
    )


def a_site(*, enterprise: Enterprise | None = None, **more: object) -> Site:
    values = {"city": "Ningbo", "region": "Zhejiang", "lat": 29.87, "lon": 121.55}
    return Site.objects.create(
        enterprise=enterprise or an_enterprise(), **{"name": f"Site {next(_number)}", **values, **more}
    )


def a_person(*, email: str = "", password: str = "correct horse battery", **more: object) -> Person:
    return Person.objects.create_user(email or f"person{next(_number)}@example.org", password, **more)


def a_membership(
    *, enterprise: Enterprise | None = None, role: str = Membership.Role.OWNER, person: Person | None = None
) -> Membership:
    return Membership.objects.create(
        person=person or a_person(), enterprise=enterprise or an_enterprise(), role=role
    )


def a_viewer(
    *, enterprise: Enterprise | None = None, role: str = Membership.Role.OWNER, may_write: bool = True
) -> Viewer:
    """Somebody with that role in the enterprise, as the middleware would see them."""
    membership = a_membership(enterprise=enterprise, role=role)
    viewer = viewer_for(membership.person, enterprise_public_id=membership.enterprise.public_id)
    return replace(viewer, may_write=may_write)


def a_buyer(*, role: str = Membership.Role.OWNER) -> Viewer:
    return a_viewer(enterprise=an_enterprise(kind=Enterprise.Kind.BUYER), role=role)


def a_machine(
    *,
    site: Site | None = None,
    process: str = "press",
    hours: Sequence[tuple[int, str, str]] = tuple((weekday, "22:00", "06:00") for weekday in range(7)),
    units_per_h: int = 1500,
    price_cents_per_h: int = 12_000,
    materials: Sequence[str] = (),
    listed: bool = True,
    **more: object,
) -> Equipment:
    """A listed machine with one process, offered at night; `hours` are (weekday, from, to) in local time."""
    site = site or a_site()
    number = next(_number)
    machine = Equipment.objects.create(
        enterprise=site.enterprise,
        site=site,
        **{"name": f"Machine {number}", "own_number": f"M{number}", "observes_holidays": False, **more},
        is_listed=listed,
    )
    Capability.objects.create(equipment=machine, process=process, materials=list(materials))
    Rate.objects.create(
        equipment=machine, process=process, run_units=units_per_h, price_cents_per_h=price_cents_per_h
    )
    for weekday, starts, ends in hours:
        WeeklyHours.objects.create(
            equipment=machine,
            weekday=weekday,
            starts=time.fromisoformat(starts),
            ends=time.fromisoformat(ends),
        )
    return machine


def a_device(*, site: Site | None = None, token: str = "device-token", **more: object) -> Device:
    """A machine's voice that was never heard of; it speaks with `token`."""
    site = site or a_site()
    return Device.objects.create(
        enterprise=site.enterprise,
        site=site,
        token_hash=hash_token(token),
        **{"name": f"Device {next(_number)}", **more},
    )


def a_product(
    *,
    owner: Enterprise | None = None,
    processes: Sequence[str] = ("press",),
    parameters: Sequence[dict[str, object]] = (),
    **more: object,
) -> Product:
    """A chain of operations, one for each process; the first needs one piece of a material for each piece."""
    number = next(_number)
    product = Product.objects.create(
        owner=owner,
        parameters=list(parameters),
        **{"code": f"product-{number}", "name": f"Product {number}", **more},
    )
    material = Material.objects.create(code=f"material-{number}", name=f"Material {number}", weight_g=100)
    item = ""
    for position, process in enumerate(processes):
        operation = Operation.objects.create(
            product=product,
            position=position,
            code=process,
            name=process.title(),
            process=process,
            makes=f"{process}ed",
            weight_g=100,
        )
        OperationNeed.objects.create(operation=operation, item=item, material=None if item else material)
        item = operation.makes
    return product


def an_order_draft(*, product: Product | None = None, quantity: int = 500, **more: object) -> OrderDraft:
    """A draft for one place in Shanghai, due in a fortnight."""
    product = product or a_product()
    drop = DropDraft(name="Depot", city="Shanghai", lat=31.23, lon=121.47, quantity=quantity)
    values: dict[str, object] = {"due_at": NOW + timedelta(days=14), "drops": (drop,)}
    return OrderDraft(product=product.public_id, quantity=quantity, **{**values, **more})


def an_order(
    *,
    buyer: Viewer | None = None,
    product: Product | None = None,
    quantity: int = 500,
    now: datetime = NOW,
    **more: object,
) -> Order:
    """A buyer's order as the service makes it: a draft."""
    draft = an_order_draft(product=product, quantity=quantity, **more)
    return create_order(viewer=buyer or a_buyer(), draft=draft, now=now)


def an_api_client(viewer: Viewer, *, may_write: bool = True) -> APIClient:
    """A program of the viewer's, with a token."""
    token = f"muster_{next(_number)}"
    scope = ApiToken.Scope.WRITE if may_write else ApiToken.Scope.READ
    ApiToken.objects.create(
        person_id=viewer.person_id,
        enterprise_id=viewer.enterprise_id,
        name="test",
        scope=scope,
        token_hash=hash_token(token),
    )
    return APIClient(headers={"Authorization": f"Bearer {token}"})
