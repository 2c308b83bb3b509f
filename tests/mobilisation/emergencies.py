"""A verified office of two people with second factors, and declarations at every stage of their life."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from marketplace.accounts.models import Enterprise, Membership, Person
from marketplace.accounts.viewer import Viewer
from marketplace.mobilisation import services
from marketplace.mobilisation.drafts import DeclarationDraft
from marketplace.mobilisation.models import Declaration, Firm
from marketplace.orders.models import Order, Product
from tests.builders import (
    NOW,
    a_buyer,
    a_machine,
    a_product,
    a_site,
    a_viewer,
    an_enterprise,
    an_order,
)

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ALWAYS = tuple((weekday, "00:00", "00:00") for weekday in range(7))


def give_second_factor(person: Person) -> None:
    TOTP.activate(person, generate_totp_secret())
    RecoveryCodes.activate(person)


def a_code(viewer: Viewer) -> str:
    """A recovery code that was not used yet: tests need not wait for the next half minute."""
    person = Person.objects.get(pk=viewer.person_id)
    return RecoveryCodes.activate(person).get_unused_codes()[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """`first` proposes, `second` approves."""

    enterprise: Enterprise
    first: Viewer
    second: Viewer


def an_office(*, name: str = "Provincial Office", verified: bool = True) -> Office:
    enterprise = an_enterprise(kind=Enterprise.Kind.COORDINATOR, name=name, verified=verified)
    first, second = (a_viewer(enterprise=enterprise) for _ in range(2))
    for viewer in (first, second):
        give_second_factor(Person.objects.get(pk=viewer.person_id))
    return Office(enterprise=enterprise, first=first, second=second)


def in_another_office(viewer: Viewer, enterprise: Enterprise) -> Viewer:
    """The same person by another membership."""
    Membership.objects.create(person_id=viewer.person_id, enterprise=enterprise, role=Membership.Role.OWNER)
    return replace(viewer, enterprise_id=enterprise.pk, enterprise_public_id=enterprise.public_id)


def a_declaration_draft(*, product: Product | None = None, **more: object) -> DeclarationDraft:
    """Thirty days from NOW for pressing in Zhejiang."""
    values: dict[str, object] = {
        "title": "Spring flood",
        "authority": "Province of Zhejiang",
        "legal_basis": "Emergency Response Law, article 52",
        "reason": "The hospitals' stocks of masks last four days.",
        "hazard": "occurred",
        "products": () if product is None else (product.code,),
        "processes": ("press",) if product is None else (),
        "regions": ("Zhejiang",),
        "starts_at": NOW,
        "ends_at": NOW + 30 * DAY,
    }
    return DeclarationDraft(**{**values, **more})


def a_draft(office: Office, *, now: datetime = NOW, **more: object) -> Declaration:
    return services.create_declaration(viewer=office.first, draft=a_declaration_draft(**more), now=now)


def proposed(office: Office, *, now: datetime = NOW, **more: object) -> Declaration:
    draft = a_draft(office, now=now, **more)
    return services.propose_declaration(
        viewer=office.first, public_id=draft.public_id, code=a_code(office.first), now=now
    )


def approve(office: Office, declaration: Declaration, *, now: datetime = NOW) -> Declaration:
    return services.approve_declaration(
        viewer=office.second,
        public_id=declaration.public_id,
        content_hash=declaration.content_hash,
        code=a_code(office.second),
        now=now,
    )


def in_force(office: Office, *, now: datetime = NOW, **more: object) -> Declaration:
    return approve(office, proposed(office, now=now, **more), now=now)


def a_factory(*, process: str = "press", region: str = "Zhejiang", name: str = "", **more: object) -> Viewer:
    """An owner with one machine that is free day and night."""
    enterprise = an_enterprise(name=name) if name else an_enterprise()
    a_machine(site=a_site(enterprise=enterprise, region=region), process=process, hours=ALWAYS, **more)
    return a_viewer(enterprise=enterprise)


def a_public_order(*, product: Product, quantity: int = 500, **more: object) -> Order:
    """A hospital's order, a draft."""
    buyer = a_buyer()
    Enterprise.objects.filter(pk=buyer.enterprise_id).update(is_public_body=True)
    return an_order(buyer=buyer, product=product, quantity=quantity, **more)


def a_firm(office: Office, *, name: str = "Yuyao Sewing", number: str = "91330281-1") -> Firm:
    """An unclaimed firm in the office's book."""
    enterprise = Enterprise.objects.create(
        name=name, kind=Enterprise.Kind.FACTORY, registration_number=number, is_claimed=False
    )
    a_site(enterprise=enterprise, city="Yuyao")
    return Firm.objects.create(
        office=office.enterprise,
        enterprise=enterprise,
        registration_number=number,
        name=name,
        contact="Wang Li",
        phone="+86 574 6270 0000",
        city="Yuyao",
        region="Zhejiang",
        recorded_by_id=office.first.person_id,
        recorded_at=NOW,
    )


def a_template(**more: object) -> Product:
    """A product that everybody orders, made by pressing."""
    return a_product(processes=("press",), **more)
