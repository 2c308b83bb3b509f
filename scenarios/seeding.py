"""Writing a world's rows, once: the only place where a scenario writes to the database.

Everything a person could have entered is entered here in bulk; from then on the world is driven from outside.
"""

import json
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import transaction

from marketplace.accounts.models import ApiToken, Enterprise, Membership, Person, Site
from marketplace.capacity.models import CalendarException, Capability, Equipment, Rate, WeeklyHours
from marketplace.common import clock
from marketplace.common.hashing import hash_token
from marketplace.machines.models import Device
from marketplace.machines.services.devices import new_token
from marketplace.orders.models import Material, Operation, OperationNeed, Product
from marketplace.planning.models import TransportTerms
from scenarios.keys import Keys, MachineKey, OfficerKey
from scenarios.world import BuyerSpec, FirmSpec, MachineSpec, NeedSpec, ProductSpec, World

PASSWORD = "muster-demo"  # noqa: S105 - printed on the console; only for demonstrations
STAFF_EMAIL = "staff@muster.example"
# Two people of one office: what one proposes the other approves.
OFFICERS = {"coordinator@muster.example": "Chen Jing", "approver@muster.example": "Li Min"}


def is_seeded() -> bool:
    """A world is there, of whatever name and seed."""
    return Person.objects.filter(email=STAFF_EMAIL).exists()


@transaction.atomic
def seed(world: World, *, keys_file: Path) -> Keys:
    """Write the world and the plain tokens of its machines and people; the clock stands at its start, in real speed."""
    clock.set_clock(speed=1.0, business_at=world.starts_at)
    buyers = {spec.key: _api_token(_buyer(spec)) for spec in world.buyers}
    office = _enterprise(world.coordinator_name, kind=Enterprise.Kind.COORDINATOR, logins=OFFICERS)
    Person.objects.create_superuser(STAFF_EMAIL, PASSWORD, name="Platform staff")
    firms: dict[str, str] = {}
    machines: list[MachineKey] = []
    for index, firm in enumerate(world.firms):
        enterprise = _factory(firm, is_first=index == 0)
        firms[firm.key] = _api_token(enterprise)
        machines += _machines(firm, enterprise=enterprise, world=world)
    for product in world.products:
        _product(product)
    TransportTerms.objects.create(
        **{field: getattr(world.transport, field) for field in world.transport.__slots__}
    )
    coordinator, approver = (_officer(office, email, world=world) for email in OFFICERS)
    keys = Keys(
        buyers=buyers, coordinator=coordinator, approver=approver, firms=firms, machines=tuple(machines)
    )
    keys_file.parent.mkdir(parents=True, exist_ok=True)
    keys_file.write_text(json.dumps(keys.as_json()))
    keys_file.chmod(0o600)
    return keys


def _enterprise(name: str, *, kind: str, logins: Iterable[str]) -> Enterprise:
    enterprise = Enterprise.objects.create(
        name=name, kind=kind, verification=Enterprise.Verification.VERIFIED, verified_at=clock.real_now()
    )
    for email in logins:
        person = Person.objects.create_user(email, PASSWORD, name=OFFICERS.get(email, name))
        Membership.objects.create(person=person, enterprise=enterprise, role=Membership.Role.OWNER)
    return enterprise


def _buyer(spec: BuyerSpec) -> Enterprise:
    buyer = _enterprise(spec.name, kind=Enterprise.Kind.BUYER, logins=[spec.email])
    buyer.is_public_body = spec.is_public_body
    buyer.save(update_fields=["is_public_body"])
    return buyer


def _officer(office: Enterprise, email: str, *, world: World) -> OfficerKey:
    """Who declares or approves an emergency needs a second factor; in a world without one nobody is asked for it."""
    person = Person.objects.get(email=email)
    secret = ""
    if world.emergency is not None:
        secret = generate_totp_secret()
        TOTP.activate(person, secret)
    return OfficerKey(token=_api_token(office, person=person), totp=secret)


def _factory(firm: FirmSpec, *, is_first: bool) -> Enterprise:
    verified = Enterprise.Verification.VERIFIED if firm.is_verified else Enterprise.Verification.PENDING
    enterprise = Enterprise.objects.create(
        name=firm.name,
        kind=Enterprise.Kind.FACTORY,
        verification=verified,
        certificates=list(firm.certificates),
    )
    email = "factory@muster.example" if is_first else f"{firm.key}@muster.example"
    person = Person(email=email, name=firm.name)
    if is_first:
        person.set_password(PASSWORD)
    else:
        person.set_unusable_password()
    person.save()
    Membership.objects.create(person=person, enterprise=enterprise, role=Membership.Role.OWNER)
    Site.objects.create(
        enterprise=enterprise,
        name=f"{firm.city} works",
        city=firm.city,
        region=firm.region,
        country=firm.country,
        lat=firm.lat,
        lon=firm.lon,
        time_zone=firm.time_zone,
    )
    return enterprise


def _api_token(enterprise: Enterprise, *, person: Person | None = None) -> str:
    """A key with which the scenario acts as that person in the enterprise, its first owner if nobody is named."""
    token = new_token()
    ApiToken.objects.create(
        person=person or enterprise.memberships.order_by("id")[0].person,
        enterprise=enterprise,
        name="scenario",
        scope=ApiToken.Scope.WRITE,
        token_hash=hash_token(token),
    )
    return token


def _machines(firm: FirmSpec, *, enterprise: Enterprise, world: World) -> Iterable[MachineKey]:
    site = enterprise.sites.get()
    for spec in firm.machines:
        token = new_token()
        device = Device.objects.create(
            enterprise=enterprise,
            site=site,
            name=spec.source_name or f"{spec.name} ({spec.number})",
            source=Device.Source.MTCONNECT if spec.source_name else Device.Source.JSON,
            source_name=spec.source_name,
            token_hash=hash_token(token),
        )
        equipment = _equipment(spec, enterprise=enterprise, site=site, device=device, world=world)
        yield MachineKey(
            machine=equipment.public_id,
            device=device.public_id,
            token=token,
            firm=firm.key,
            units_per_h=spec.units_per_h,
            source_name=spec.source_name,
            time_zone=firm.time_zone,
        )


def _equipment(
    spec: MachineSpec, *, enterprise: Enterprise, site: Site, device: Device, world: World
) -> Equipment:
    equipment = Equipment.objects.create(
        enterprise=enterprise,
        site=site,
        name=spec.name,
        own_number=spec.number,
        model=spec.model,
        device=device,
        is_listed=True,
        observes_holidays=False,
    )
    Capability.objects.create(equipment=equipment, process=spec.process, materials=list(spec.materials))
    Rate.objects.create(
        equipment=equipment,
        process=spec.process,
        run_units=spec.units_per_h,
        setup_min=spec.setup_min,
        min_lot=spec.min_lot,
        price_cents_per_h=spec.price_cents_per_h,
    )
    WeeklyHours.objects.bulk_create(
        WeeklyHours(equipment=equipment, weekday=h.weekday, starts=h.starts, ends=h.ends) for h in spec.hours
    )
    first_day = world.starts_at.date()
    CalendarException.objects.bulk_create(
        CalendarException(equipment=equipment, on=first_day + timedelta(days=day), reason="own work")
        for day in spec.closed_days
    )
    return equipment


def _product(spec: ProductSpec) -> Product:
    """The template product everybody may order, with its routing."""
    product = Product.objects.create(
        code=spec.code, name=spec.name, parameters=list(spec.parameters), material_code=spec.material
    )
    for position, step in enumerate(spec.operations):
        operation = Operation.objects.create(
            product=product,
            position=position,
            code=step.code,
            name=step.name,
            process=step.process,
            makes=step.code,
            unit=step.unit,
            weight_g=step.weight_g,
            hold_min=step.hold_min,
            standard_units_per_h=step.standard_units_per_h,
        )
        OperationNeed.objects.bulk_create(_need(operation, need) for need in step.needs)
    return product


def _need(operation: Operation, spec: NeedSpec) -> OperationNeed:
    material = None
    if spec.material:
        material, _ = Material.objects.get_or_create(
            owner=None, code=spec.material, defaults={"name": spec.material.capitalize(), "unit": "g"}
        )
    return OperationNeed(operation=operation, item=spec.item, material=material, num=spec.num, den=spec.den)
