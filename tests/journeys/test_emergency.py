"""A coordinator from declaration to audit: two people, widened sight, one order first, a firm that answers by its link."""

from datetime import timedelta

import pytest

from marketplace.accounts.models import Notice
from marketplace.accounts.models import Person as Account
from marketplace.accounts.selectors import viewer_for
from marketplace.common.audit.verify import audit_faults
from marketplace.common.models import AuditEntry
from marketplace.mobilisation.models import Answer, Declaration, OrderRating, Reading
from marketplace.orders.models import Order
from marketplace.orders.services import open_order
from marketplace.planning import run as planning_run
from marketplace.planning.models import PlanRun
from marketplace.trading.models import Run
from tests.browser import PHONE, aside
from tests.builders import NOW
from tests.mobilisation.emergencies import a_code, a_firm, a_public_order, a_template, an_office
from tests.trading.deals import a_network, an_agreed_deal

SOLVED_WITHIN_S = 8  # the journey is about what people see


class World:
    """An office of two, a hospital's open order, and the one press of the province, booked for somebody else."""

    def __init__(self) -> None:
        self.office = an_office()
        self.firm = a_firm(self.office)
        self.product = a_template(name="Face mask")
        self.order = a_public_order(product=self.product, quantity=300, due_at=NOW + timedelta(hours=9))
        hospital = viewer_for(Account.objects.get(pk=self.order.created_by_id))
        self.order = open_order(viewer=hospital, order=self.order.public_id, now=NOW)
        self.network = a_network(num_firms=1, quantity=4_000, due_at=NOW + timedelta(days=20))
        an_agreed_deal(self.network)
        (self.owner,) = self.network.owners.values()


@pytest.fixture
def world(visit, settings):
    settings.SOLVER = {**settings.SOLVER, "time_limit_s": SOLVED_WITHIN_S}
    return aside(World)


def test_an_emergency_from_its_declaration_to_the_audit(visit, world):
    first, second = visit(), visit()
    log_in(first, world.office.first)
    log_in(second, world.office.second)
    page = declare(first, world)
    approve(first, second, page, world)
    owners_are_told(visit, first, page, world)

    open_programme(first, page)
    confirm_and_rate(second, page, world)
    come_first(second, page, world)
    ask_and_be_answered(visit, first, page, world)

    end(first, page)
    report_and_trail(second, page, world)
    assert list(audit_faults()) == []


def declare(first, world) -> str:
    """The first person drafts and proposes; a wrong code changes nothing."""
    first.open("/emergency/new")
    first.fill(
        title="Spring flood",
        authority="Province of Zhejiang",
        legal_basis="Emergency Response Law, article 52",
    )
    first.fill(hazard="occurred", reason="The hospitals' stocks of masks last four days.")
    first.page.check(f"main [name=products][value='{world.product.code}']")
    first.page.check("main [name=regions][value='Zhejiang']")
    first.press("Read it once more")
    first.page.wait_for_selector("#page-title:has-text('Spring flood: a draft')")
    first.check()
    first.fill(code="00000000")
    first.press("Propose it")
    first.page.wait_for_selector(".m-field__error:has-text('This code is wrong')")
    assert Declaration.objects.get().status == Declaration.Status.DRAFT
    first.fill(code=a_code(world.office.first))
    first.press("Propose it")
    first.page.wait_for_selector("#page-title:has-text('waits for a second person')")
    return f"/emergency/{Declaration.objects.get().public_id}/"


def approve(first, second, page, world) -> None:
    """Neither the first person nor a wrong code brings it into force; the second person's code does."""
    assert first.says("You proposed it, so you cannot approve it yourself")
    declaration = Declaration.objects.get()
    post(first, f"{page}approve", code=a_code(world.office.first), content_hash=declaration.content_hash)
    assert is_waiting()

    second.open(page)
    assert second.says(declaration.content_hash)
    second.page.fill("form[action$='/approve'] [name=code]", "00000000")
    second.press("Approve")
    second.page.wait_for_selector(".m-field__error:has-text('This code is wrong')")
    assert is_waiting()
    second.page.fill("form[action$='/approve'] [name=code]", a_code(world.office.second))
    second.press("Approve")
    second.page.wait_for_selector("#page-title:has-text('Spring flood is in force')")
    second.check()
    refused = AuditEntry.objects.filter(action="mobilisation.approval-refused").order_by("seq")
    assert [entry.facts["code"].rpartition(":")[2] for entry in refused] == ["same-person", "wrong-code"]


def owners_are_told(visit, first, page, world) -> None:
    """The office sees exact free hours with names; the owner reads that it may, and that it looked."""
    owner = visit()
    log_in(owner, world.owner)
    owner.open("/notices/")
    assert owner.says("Spring flood")
    owner.open("/capacity-read/")
    assert owner.title == "Nobody has looked at your free capacity"
    first.open(page)
    first.press("Look, and log it")
    first.page.wait_for_selector("#page-title:has-text('1 machine fits')")
    first.check()
    assert "Firm 0" in first.page.inner_text("#sight")
    owner.open("/capacity-read/")
    assert owner.title == "Your free capacity was looked at"
    assert "Provincial Office" in owner.page.inner_text("#readings")


def open_programme(first, page) -> None:
    first.open(page)
    first.page.click("a:has-text('Open a programme')")
    first.fill(name="Masks for hospitals", target_quantity=10_000)
    first.press("Open it")
    first.page.wait_for_selector("#orders-title")
    assert first.says("Masks for hospitals")


def confirm_and_rate(second, page, world) -> None:
    """Somebody has spoken with the hospital before the order is rated; without a signature it is not."""
    second.open(page)
    second.page.click("#candidates a:has-text('Confirm the need')")
    second.check()
    second.fill(confirmed_with="Dr Chen, purchasing", how="by telephone")
    second.press("Confirm the need")
    second.page.wait_for_selector("#page-title:has-text('Rate ')")
    second.fill(rating="DX")
    second.press("Sign and rate")
    second.page.wait_for_selector(".m-field__error")
    assert not OrderRating.objects.exists()
    second.fill(rating="DX")
    second.page.check("main [name=signs]")
    second.press("Sign and rate")
    second.page.wait_for_selector("#rated")
    world.order.refresh_from_db()
    assert world.order.rating == "DX"


def come_first(second, page, world) -> None:
    """A plan is asked for, made by the solver, looked at and committed; what gives way is told why."""
    second.page.click("#rated a:has-text('DX')")
    second.page.wait_for_selector("#page-title:has-text('has no place yet')")
    second.press("Make the plan")
    second.page.wait_for_selector("#page-title:has-text('The plan is being made')")
    plan = PlanRun.objects.get(kind=PlanRun.Kind.PRECEDENCE)
    aside(lambda: planning_run.solve_row(plan.public_id))  # what the worker does
    second.page.reload()
    second.page.wait_for_selector("#page-title:has-text('1 run would give way')")
    second.check()
    assert second.page.locator("#displaced tbody tr").count() == 1
    second.press("Commit the plan", confirm=True)
    second.page.wait_for_selector("#messages:has-text('displaced buyers are told')")
    world.order.refresh_from_db()
    assert world.order.status == Order.Status.OFFERED
    assert (
        Run.objects.filter(package__deal__order=world.network.order, status=Run.Status.DISPLACED).count() == 1
    )
    told = Notice.objects.filter(kind="trading.displaced-date-follows")
    assert [notice.enterprise_id for notice in told] == [world.network.buyer.enterprise_id]


def ask_and_be_answered(visit, first, page, world) -> None:
    """A firm that has no account answers with one tap on the link it was sent."""
    first.open(page)
    first.page.click("a:has-text('Ask firms') >> nth=0")
    first.check()
    first.fill(goods="Face masks", quantity=50_000)
    first.press("Make the links")
    first.page.wait_for_selector("#page-title:has-text('0 of 1 firms have answered')")
    question = first.page.url
    first.page.click("a:has-text('Links to send')")
    first.page.wait_for_selector(".m-letter__code svg")
    link = first.page.input_value(".m-letter input[data-copy-from]")

    firm = visit(size=PHONE)
    firm.open("/a/" + link.rpartition("/a/")[2])
    assert firm.title == "Provincial Office asks Yuyao Sewing"
    assert not Answer.objects.exists()
    firm.page.tap("button:has-text('Yes, all of it')")
    firm.page.wait_for_selector("[role=status]:has-text('Your answer:')")
    assert "sessionid" not in {cookie["name"] for cookie in firm.context.cookies()}
    assert (Answer.objects.get().kind, Answer.objects.get().ask.firm_id) == ("yes", world.firm.pk)
    first.open(question)
    assert first.title == "1 of 1 firms have answered"


def end(first, page) -> None:
    """By one person, before its time: at once nobody may look any more."""
    first.open(page)
    first.page.click("summary:has-text('End it')")
    first.page.fill("form[action$='/end'] [name=reason]", "The river fell.")
    first.press("End it", confirm=True)
    first.page.wait_for_selector("#page-title:has-text('Spring flood is over')")
    assert not first.says("Look, and log it")
    looks = Reading.objects.count()
    assert "Firm 0" not in post(first, f"{page}capacity")
    assert Reading.objects.count() == looks


def report_and_trail(second, page, world) -> None:
    second.open(f"{page}report")
    assert second.title == "Report: Spring flood"
    assert second.says("Dr Chen")
    assert second.says("The river fell.")
    trail = AuditEntry.objects.filter(subject=page.split("/")[2]).order_by("seq")
    assert [entry.action.partition(".")[2] for entry in trail] == [
        "declaration-drafted", "declaration-proposed", "approval-refused", "approval-refused", "declaration-approved",
        "declaration-opened", "capacity-read", "programme-opened", "need-confirmed", "order-rated", "precedence-asked",
        "precedence-taken", "firms-asked", "rating-ended", "declaration-closed", "declaration-ended",
    ]  # fmt: skip
    assert second.page.locator("#trail tbody tr").count() == trail.count()
    csv = second.context.request.get(f"{page}report.csv").text()
    assert "Spring flood" in csv
    assert world.order.public_id in csv


def is_waiting() -> bool:
    return Declaration.objects.get().status == Declaration.Status.WAITING


def post(person, path, **values) -> str:
    """What a form that is not shown would send, and what is answered in the end."""
    (token,) = (one["value"] for one in person.context.cookies() if one["name"] == "csrftoken")
    headers = {"X-CSRFToken": token, "Referer": person.base_url}
    return person.context.request.post(path, form=values, headers=headers).text()


def log_in(person, viewer) -> None:
    """With the second factor, where there is one."""
    person.log_in(Account.objects.get(pk=viewer.person_id).email)
    if "/2fa/" in person.page.url:
        person.fill(code=a_code(viewer))
        person.press("Sign In")
        person.page.wait_for_url(lambda url: "/2fa/" not in url)
