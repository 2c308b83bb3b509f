"""One small world for the matrix: a factory full of marks, and somebody of each audience who looks at it.

Whatever of the marked factory is private carries a mark that occurs nowhere else, so that a leak is a mark on an
answer.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.apps import apps

from marketplace.accounts.models import Enterprise, Membership
from marketplace.accounts.viewer import Viewer
from marketplace.capacity.models import Capability, Equipment, TakenTime
from marketplace.common import clock
from marketplace.disclosure import services as disclosure
from marketplace.disclosure.services import GrantDraft
from marketplace.disclosure.words import Audience, Group
from marketplace.machines.models import Device, DeviceState, Observation, StateInterval
from marketplace.mobilisation import services as mobilisation
from marketplace.mobilisation.models import Declaration
from marketplace.orders.models import Product
from marketplace.trading.models import Package
from tests.builders import (
    NOW,
    a_device,
    a_machine,
    a_person,
    a_product,
    a_site,
    a_viewer,
    an_enterprise,
    an_order,
)
from tests.mobilisation import emergencies
from tests.trading.deals import ALWAYS, Network

PRICE_CENTS = 98_765  # an hour, of the marked factory
NAME, REGISTRATION, SITE, ADDRESS = "Zyx Identmark Works", "REGMARK-771", "SITEMARK Hall", "DOCKMARK Lane 5"
CITY, MODEL, MACHINE, NUMBER = "Citymarkton", "MODELMARK 9000", "MACHMARK press", "NUMMARK-1"
REGION = "Zhejiang"
DEVICE, PROGRAM, COUNTER = "DEVMARK", "PROGMARK-O1", 7_654_321
JOB, MATERIAL, STAFF, EMAIL = "JOBMARK", "matmark", "STAFFMARK Wang", "staffmark@example.org"
# Hours of a machine that no plan uses, as pages and the interface would tell them: Shanghai and UTC.
HOURS = ("03:17", "04:43", "19:17", "20:43")
# Exact free hours of most days: of the press alone, and of all machines of the firm, as pages and the interface tell them.
PRESS_HOURS = ("00:00", "23:23")
DAY_HOURS = ("23.4 h", "23.4\xa0h", '_h":23.4', "24.8 h", "24.8\xa0h", '_h":24.8')
SENTENCE = "REASONMARK"  # said when an offer is answered


@dataclass(frozen=True, kw_only=True)
class World:
    owner: Viewer  # of the marked factory
    readers: dict[str, Viewer | None]  # by audience and by a few who are none; None is a visitor
    declaration: Declaration  # in force; of the marked factory it covers the press and nothing else

    @property
    def firm(self) -> str:
        return self.owner.enterprise_public_id

    @property
    def now(self) -> datetime:
        return NOW

    def foreign_ids(self) -> dict[str, str]:
        """By prefix one id that is the marked factory's or the contract's buyer's own."""
        found: dict[str, str] = {}
        mine = {self.owner.enterprise_id, self.readers[Audience.CONTRACT_PARTY].enterprise_id}
        for model in apps.get_models():
            names = {one.name for one in model._meta.fields}
            for way in (
                "enterprise",
                "owner",
                "buyer",
                "order__buyer",
                "deal__order__buyer",
                "equipment__enterprise",
            ):
                if "public_id" in names and way.split("__")[0] in names:
                    row = model.objects.filter(**{f"{way}__in": mine}).order_by("pk").first()
                    if row is not None:
                        found.setdefault(row.public_id.partition("_")[0], row.public_id)
                        break
        press = Equipment.objects.get(name=MACHINE)
        return {**found, "ent": self.firm, "mac": press.public_id, "dec": self.declaration.public_id}

    def marks(self) -> dict[Group, tuple[str, ...]]:
        """Exact private values of the marked factory, as they would stand on a page or in JSON."""
        pays = Package.objects.filter(enterprise=self.owner.enterprise_id).values_list("pay_cents", flat=True)
        amounts = [PRICE_CENTS, *pays]
        return {
            Group.CITY: (CITY,),
            Group.CAPABILITY: (MATERIAL, "91357"),
            Group.IDENTITY: (NAME, REGISTRATION, SITE),
            Group.MACHINE_MODEL: (MODEL, MACHINE, NUMBER),
            Group.FREE_CAPACITY: (*HOURS, JOB, *DAY_HOURS),
            Group.PRICES: tuple(text for cents in amounts for text in (str(cents), f"{cents / 100:,.2f}")),
            Group.TELEMETRY: (DEVICE, PROGRAM, str(COUNTER), f"{COUNTER:,}"),
            Group.STAFF_DATA: (STAFF, EMAIL),
            Group.DOCK: (ADDRESS,),
        }


def a_marked_world() -> World:
    clock.set_clock(speed=0.0, business_at=NOW)
    owner = a_marked_factory()
    rival_owner = a_coater()
    bystander = a_factory("Bystander Press")
    product = a_product(processes=("press", "coat"), name="Marked plate", code="marked-plate")
    owners = {viewer.enterprise_id: viewer for viewer in (owner, rival_owner)}
    contract = a_trade(product, owners=owners, title="Contract")
    for package in contract.deal().packages.order_by("pk"):
        contract.answer(package)
    request = a_trade(product, owners=owners, title="Request")
    request.deal()
    searching = a_trade(product, owners=owners, title="Searching")
    searching.plan()
    office, lab = (a_viewer(enterprise=an_enterprise(kind=kind)) for kind in ("coordinator", "buyer"))
    declared, declaration = a_declaration_in_force(product)
    draft = GrantDraft(
        group=Group.TELEMETRY, purpose="complaint about lot 3", ends_at=NOW + timedelta(days=7),
        to_enterprise=lab.enterprise_public_id, scope=Equipment.objects.get(name=MACHINE).public_id,
    )  # fmt: skip
    disclosure.give_grant(viewer=owner, draft=draft, now=NOW)
    staff = a_person(is_staff=True, is_superuser=True)
    return World(
        owner=owner,
        declaration=declaration,
        readers={
            Audience.PUBLIC: None,
            Audience.BUYER_SEARCHING: searching.buyer,
            Audience.BUYER_WITH_REQUEST: request.buyer,
            Audience.CONTRACT_PARTY: contract.buyer,
            Audience.COORDINATOR: office,
            Audience.COORDINATOR_DECLARED: declared,
            Audience.LAB: lab,
            Audience.NEIGHBOUR: rival_owner,
            Audience.STAFF: Viewer(person_id=staff.pk),
            "rival": bystander,
            "unverified buyer": a_viewer(enterprise=an_enterprise(kind="buyer", verified=False)),
            "unverified office": a_viewer(enterprise=an_enterprise(kind="coordinator", verified=False)),
        },
    )  # fmt: skip


def a_declaration_in_force(product: Product) -> tuple[Viewer, Declaration]:
    """As two people of an office make it: approved two days ago, begun a day ago, for a week from now on."""
    office, day = emergencies.an_office(name="Declared Office"), timedelta(days=1)
    declaration = emergencies.in_force(
        office, now=NOW - 2 * day, product=product, regions=(REGION,), starts_at=NOW - day, ends_at=NOW + 7 * day
    )  # fmt: skip
    mobilisation.follow_clock(now=NOW - day)
    return office.first, declaration


def a_marked_factory() -> Viewer:
    enterprise = an_enterprise(name=NAME, registration_number=REGISTRATION)
    owner = a_viewer_named(enterprise)
    site = a_site(
        enterprise=enterprise, name=SITE, address=ADDRESS, city=CITY, region=REGION, lat=29.9, lon=121.6,
        time_zone="Asia/Shanghai",
    )  # fmt: skip
    device = a_heard_device(site=site)
    press = a_machine(
        site=site, process="press", name=MACHINE, own_number=NUMBER, model=MODEL, device=device,
        hours=tuple((weekday, *PRESS_HOURS) for weekday in range(7)), units_per_h=200, price_cents_per_h=PRICE_CENTS,
    )  # fmt: skip
    Capability.objects.filter(equipment=press).update(max_size_mm=91_357)
    night = tuple((weekday, HOURS[0], HOURS[1]) for weekday in range(7))
    mill = a_machine(
        site=site, process="mill", hours=night, name=f"{MACHINE} B", own_number=f"{NUMBER}B", model=MODEL,
        materials=(MATERIAL,), price_cents_per_h=PRICE_CENTS,
    )  # fmt: skip
    starts_at = NOW + timedelta(days=3)
    TakenTime.objects.create(
        equipment=mill,
        kind=TakenTime.Kind.OWN_JOB,
        title=JOB,
        period=(starts_at, starts_at + timedelta(hours=1)),
    )
    return owner


def a_heard_device(*, site) -> Device:
    """It ran for a day, said its program and a big total."""
    device, now = a_device(site=site, name=DEVICE, token="marked-token"), NOW
    begun = now - timedelta(days=1)
    DeviceState.objects.create(
        device=device, state="ACTIVE", since=begun, effective_at=begun, heard_at=now, received_at=clock.real_now(),
        first_received_at=begun, execution_item="execution",
    )  # fmt: skip
    StateInterval.objects.create(device=device, state="ACTIVE", starts_at=begun)
    for seq, (item, value, total) in enumerate((("program", PROGRAM, None), ("good", str(COUNTER), COUNTER))):
        Observation.objects.create(
            device=device, session="s", seq=seq, item=item, value=value, total=total, effective_at=begun, received_at=now
        )  # fmt: skip
    return device


def a_viewer_named(enterprise: Enterprise) -> Viewer:
    viewer = a_viewer(enterprise=enterprise)
    person = Membership.objects.get(enterprise=enterprise).person
    person.name, person.email = STAFF, EMAIL
    person.save()
    return viewer


def a_factory(name: str, *, process: str = "press") -> Viewer:
    enterprise = an_enterprise(name=name)
    a_machine(
        site=a_site(enterprise=enterprise), process=process, hours=ALWAYS, units_per_h=200, listed=False
    )
    return a_viewer(enterprise=enterprise)


def a_coater() -> Viewer:
    """The neighbour: it coats what the marked factory presses."""
    viewer = a_factory("Neighbour Coating", process="coat")
    Equipment.objects.filter(enterprise=viewer.enterprise_id).update(is_listed=True)
    return viewer


def a_trade(product: Product, *, owners: dict[int, Viewer], title: str) -> Network:
    buyer = a_viewer(enterprise=an_enterprise(kind="buyer", name=f"Buyer {title}"))
    now = NOW
    order = an_order(
        buyer=buyer, product=product, quantity=600, title=title, now=now, due_at=now + timedelta(days=12)
    )  # fmt: skip
    return Network(buyer=buyer, order=order, owners=owners)
