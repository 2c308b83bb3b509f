"""Thousands of new machines at once: the same as one by one, in a handful of queries, all of them or none."""

from collections.abc import Sequence
from datetime import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.accounts.models import Membership
from marketplace.capacity import services
from marketplace.capacity.drafts import CapabilityDraft, HoursDraft, MachineDraft, RateDraft
from marketplace.capacity.models import Capability, Equipment, Rate, WeeklyHours
from marketplace.capacity.services import NewMachine, NotReady, NumberTaken
from marketplace.common.errors import Forbidden, InvalidInput
from marketplace.common.sheets import Page, book_bytes
from tests.builders import a_machine, a_site, a_viewer
from tests.capacity.import_files import a_file, applied, outcomes, seen

pytestmark = pytest.mark.django_db
NIGHTS = ("星期一", "Tuesday", "3")


@pytest.fixture
def site():
    return a_site(name="Hall")


@pytest.fixture
def owner(site):
    return a_viewer(enterprise=site.enterprise)


def a_first_file(num: int):
    """Listed machines, each with two processes, a price for each, and three nights a week."""
    header = ("own number", "name", "site", "process", "pieces an hour", "price an hour", "listed")
    rows = [
        (f"P{n}", f"Press {n}", "Hall", process, "1,500", "180", "yes")
        for n in range(num)
        for process in ("press", "coat")
    ]
    hours = [(f"P{n}", day, "22:00", "06:00") for n in range(num) for day in NIGHTS]
    return a_file(
        book_bytes(
            [
                Page(title="Machines", header=header, rows=rows),
                Page(title="Weekly hours", header=("own number", "weekday", "from", "to"), rows=hours),
            ]
        ),
        "first.xlsx",
    )


def test_a_first_file_takes_as_many_queries_for_many_machines_as_for_few(site):
    nums = []
    for num in (3, 60):
        owner = a_viewer(enterprise=a_site(name="Hall").enterprise)
        with CaptureQueriesContext(connection) as queries:
            applied(owner, a_first_file(num))
        nums.append(len(queries))
        assert Equipment.objects.filter(enterprise_id=owner.enterprise_id, is_listed=True).count() == num
    assert nums[0] == nums[1] < 60
    assert (Capability.objects.count(), Rate.objects.count(), WeeklyHours.objects.count()) == (126, 126, 189)


def test_the_first_file_sent_again_changes_nothing(owner):
    applied(owner, a_first_file(4))
    assert set(outcomes(seen(owner, a_first_file(4))).values()) == {"unchanged"}
    applied(owner, a_first_file(4))
    assert Equipment.objects.count() == 4


def test_a_file_with_old_and_new_machines_changes_the_old_and_makes_the_new(owner, site):
    old = a_machine(site=site, own_number="P1", name="Old name")
    applied(owner, a_first_file(3))
    old.refresh_from_db()
    assert old.name == "Press 1" and Equipment.objects.filter(is_listed=True).count() == 3
    assert set(old.weekly_hours.values_list("weekday", flat=True)) == {0, 1, 2}


def test_they_are_what_they_would_be_one_by_one(owner, site):
    wanted = a_new_machine(site, "A")
    services.create_machines(viewer=owner, wanted=[wanted])
    services.list_machine(
        viewer=owner,
        draft=MachineDraft(name="Press", site=site.public_id, own_number="B", certificates=("ISO 9001",)),
        capability=wanted.capabilities[0],
        rate=wanted.rates[0],
        hours=wanted.hours,
    )
    many, single = (told(number) for number in "AB")
    assert many == single


def told(number: str):
    machine = Equipment.objects.get(own_number=number)
    left_out = {"id", "public_id", "own_number", "equipment_id", "created_at"}

    def values(rows) -> Sequence[dict[str, object]]:
        return [{name: value for name, value in row.items() if name not in left_out} for row in rows.values()]

    own = values(Equipment.objects.filter(pk=machine.pk))
    return own, *(values(getattr(machine, name).all()) for name in ("capabilities", "rates", "weekly_hours"))


def a_new_machine(site, number: str, **more) -> NewMachine:
    values = {
        "draft": MachineDraft(
            name="Press", site=site.public_id, own_number=number, certificates=("ISO 9001",)
        ),
        "capabilities": (CapabilityDraft(process="press", materials=("steel",)),),
        "rates": (RateDraft(process="press", price_cents_per_h=100, run_units=60, run_min=60),),
        "hours": (a_night(),),
        "is_published": True,
    }
    return NewMachine(**{**values, **more})


def a_night() -> HoursDraft:
    return HoursDraft(weekday=0, starts=time(22), ends=time(6))


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        ({"rates": (RateDraft(process="coat", price_cents_per_h=100),)}, InvalidInput),
        ({"hours": (), "is_published": True}, NotReady),
        ({"rates": (), "is_published": True}, NotReady),
        ({"hours": (a_night(), a_night())}, InvalidInput),
        (
            {
                "rates": tuple(
                    RateDraft(process="press", product_code=code, price_cents_per_h=1, currency=currency)
                    for code, currency in (("", "CNY"), ("x", "EUR"))
                )
            },
            InvalidInput,
        ),
    ],
)
def test_one_that_is_refused_leaves_none(owner, site, spoil, error):
    with pytest.raises(error):
        services.create_machines(
            viewer=owner, wanted=[a_new_machine(site, "A"), a_new_machine(site, "B", **spoil)]
        )
    assert not Equipment.objects.exists() and not Rate.objects.exists()


def test_numbers_sites_and_rights_are_asked_for_as_ever(owner, site):
    a_machine(site=site, own_number="A")
    stranger = a_site()
    with pytest.raises(NumberTaken):
        services.create_machines(viewer=owner, wanted=[a_new_machine(site, "B"), a_new_machine(site, "A")])
    with pytest.raises(NumberTaken):
        services.create_machines(viewer=owner, wanted=[a_new_machine(site, " ")])
    with pytest.raises(InvalidInput):
        services.create_machines(viewer=owner, wanted=[a_new_machine(stranger, "B")])
    looker = a_viewer(enterprise=site.enterprise, role=Membership.Role.VIEWER)
    with pytest.raises(Forbidden):
        services.create_machines(viewer=looker, wanted=[a_new_machine(site, "B")])
    assert Equipment.objects.count() == 1
