"""Machines from a file: upsert by the owner's number, every fault named, nothing half written."""

import pytest
from django.utils import translation

from marketplace.accounts.models import Membership
from marketplace.capacity.imports import DraftHasFaults
from marketplace.capacity.models import Capability, Equipment, Rate, WeeklyHours
from marketplace.capacity.services import Wanted, book
from marketplace.common.errors import Forbidden
from tests.builders import NOW, a_buyer, a_machine, a_site, a_viewer
from tests.capacity.import_files import a_file, applied, drafted, exported, faults, machines, outcomes, seen

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return a_site(name="Ningbo works")


@pytest.fixture
def owner(site):
    return a_viewer(enterprise=site.enterprise)


P3 = ("P3", "Press 3", "Ningbo works", "press", "1,500", "180.50")


def test_a_new_machine_comes_with_its_process_and_price(owner, site):
    applied(owner, machines(P3))
    machine = Equipment.objects.get(enterprise=site.enterprise)
    assert (machine.own_number, machine.name, machine.site, machine.is_listed) == (
        "P3",
        "Press 3",
        site,
        False,
    )
    rate = machine.rates.get()
    assert (rate.process, rate.run_units, rate.price_cents_per_h, rate.currency) == (
        "press",
        1500,
        18_050,
        "CNY",
    )
    assert machine.capabilities.get().process == "press"


def test_a_machine_with_two_processes_has_two_rows(owner):
    applied(owner, machines(P3, ("P3", "", "", "emboss", "12.5", "90")))
    machine = Equipment.objects.get()
    assert set(machine.capabilities.values_list("process", flat=True)) == {"press", "emboss"}
    rate = machine.rates.get(process="emboss")
    assert (rate.run_units, rate.run_min, rate.units_per_h) == (25, 120, 12.5)


def test_the_same_file_again_changes_nothing(owner):
    applied(owner, machines(P3))
    before = list(Rate.objects.values()), list(Equipment.objects.values())
    found = seen(owner, machines(P3))
    assert outcomes(found) == {("machines", "P3", "press"): "unchanged"}
    applied(owner, machines(P3))
    assert (list(Rate.objects.values()), list(Equipment.objects.values())) == before


def test_a_change_is_shown_as_what_it_was_and_what_it_will_be(owner):
    applied(owner, machines(P3))
    found = seen(owner, machines(("P3", "Press three", "Ningbo works", "press", "1500", "190")))
    assert [(one.field, one.before, one.after) for one in found.rows[0].changes] == [
        ("name", "Press 3", "Press three"), ("price", "180.50", "190.00"),
    ]  # fmt: skip
    applied(owner, machines(("P3", "Press three", "Ningbo works", "press", "1500", "190")))
    assert Rate.objects.get().price_cents_per_h == 19_000 and Equipment.objects.get().name == "Press three"


def test_columns_a_file_does_not_have_stay_as_they_are(owner, site):
    machine = a_machine(site=site, materials=["steel"], model="JH21", certificates=["ISO 9001"])
    Rate.objects.filter(equipment=machine).update(setup_min=45, good_per_1000=990, min_lot=500)
    applied(
        owner,
        machines((machine.own_number, "New name", "Ningbo works"), header=("own number", "name", "site")),
    )
    machine.refresh_from_db()
    assert (machine.name, machine.model, machine.certificates) == ("New name", "JH21", ["ISO 9001"])
    assert machine.is_listed and machine.capabilities.get().materials == ["steel"]
    row = (machine.own_number, "New name", "Ningbo works", "press", "1500", "99")
    applied(owner, machines(row))
    rate = machine.rates.get()
    assert (rate.price_cents_per_h, rate.setup_min, rate.good_per_1000, rate.min_lot) == (9_900, 45, 990, 500)


def test_a_process_is_added_to_a_machine_and_the_others_stay(owner, site):
    machine = a_machine(site=site, name="Press", own_number="P3")
    found = seen(owner, machines(("P3", "Press", "Ningbo works", "coat", "10", "100")))
    assert outcomes(found) == {("machines", "P3", "coat"): "new"}
    applied(owner, machines(("P3", "Press", "Ningbo works", "coat", "10", "100")))
    assert set(machine.capabilities.values_list("process", flat=True)) == {"press", "coat"}


@pytest.mark.parametrize("process", ["press", "Pressing", "冲压", "PRESS"])
def test_processes_are_known_in_both_languages(owner, process):
    with translation.override("zh-hans"):
        from marketplace.capacity.models import Process

        label = str(Process.PRESS.label)
    name = label if process == "冲压" else process
    applied(owner, machines(("P3", "Press 3", "Ningbo works", name, "1", "1")))
    assert Capability.objects.get().process == "press"


def test_chinese_headings_say_the_same_as_english_ones(owner):
    text = "设备编号,名称,厂区,工艺,每小时件数,每小时价格\nP3,三号压机,Ningbo works,press,1500,180.50\n"
    applied(owner, a_file(text.encode("gb18030")))
    assert Equipment.objects.get().name == "三号压机" and Rate.objects.get().price_cents_per_h == 18_050


@pytest.mark.parametrize(
    ("row", "field", "rule"),
    [
        (("", "Press", "Ningbo works", "press", "1", "1"), "number", "must not be empty"),
        (("P3", "", "Ningbo works", "press", "1", "1"), "name", "must not be empty"),
        (("P3", "Press", "Elsewhere", "press", "1", "1"), "site", "Ningbo works"),
        (("P3", "Press", "Ningbo works", "pres", "1", "1"), "process", "must be one of"),
        (("P3", "Press", "Ningbo works", "press", "1,5", "1"), "rate", "number"),
        (("P3", "Press", "Ningbo works", "press", "0", "1"), "rate", "more than 0"),
        (("P3", "Press", "Ningbo works", "press", "99999999999", "1"), "rate", "from 1 to"),
        (("P3", "Press", "Ningbo works", "press", "1", "-1"), "price", "from 0 to"),
        (("P3", "Press", "Ningbo works", "press", "1", "1.005"), "price", "two decimals"),
        (("P3", "Press", "Ningbo works", "press", "1", ""), "price", "needs a price"),
        (("P" * 41, "Press", "Ningbo works", "press", "1", "1"), "number", "at most 40"),
    ],
)  # fmt: skip
def test_a_fault_names_row_field_value_and_rule_and_nothing_is_written(owner, row, field, rule):
    file = machines(P3, row) if row[0] != "P3" else machines(("P4", *P3[1:]), row)
    found = seen(owner, file)
    assert [(one.row, one.field) for one in found.faults] == [(3, field)]
    assert rule in found.faults[0].rule
    file.seek(0)
    with pytest.raises(DraftHasFaults):
        applied(owner, file)
    assert not Equipment.objects.exists()


def test_all_faults_of_a_row_are_told_at_once(owner):
    header = (
        "own number",
        "name",
        "site",
        "process",
        "minimum lot",
        "set-up (minutes)",
        "largest part (mm)",
        "price an hour",
    )
    found = seen(owner, machines(("P3", "Press", "Nowhere", "press", "x", "y", "z", "free"), header=header))
    assert {field for _row, field in faults(found)} == {
        "site",
        "min_lot",
        "setup_min",
        "max_size_mm",
        "price",
    }


def test_rows_that_contradict_each_other_are_faults(owner):
    found = seen(owner, machines(P3, ("P3", "Other name", "", "emboss", "1", "1"), P3))
    assert faults(found) == [(3, "name"), (4, "process")]
    assert "2" in found.faults[0].rule


def test_all_prices_of_a_machine_are_in_one_currency(owner, site):
    header = ("own number", "name", "site", "process", "price an hour", "currency")
    found = seen(
        owner,
        machines(
            ("P3", "a", "Ningbo works", "press", "1", "CNY"),
            ("P3", "", "", "coat", "1", "EUR"),
            header=header,
        ),
    )
    assert faults(found) == [(3, "currency")]
    a_machine(site=site, own_number="P9")
    found = seen(owner, machines(("P9", "a", "Ningbo works", "coat", "1", "EUR"), header=header))
    assert faults(found) == [(2, "currency")]


def test_a_machine_that_is_booked_stays_where_it_is(owner, site):
    machine = a_machine(site=site, own_number="P3", hours=[(day, "00:00", "00:00") for day in range(7)])
    a_site(enterprise=site.enterprise, name="Suzhou works")
    book(wanted=Wanted(equipment_id=machine.pk, starts_at=NOW, ends_at=NOW.replace(hour=12)))
    found = seen(owner, machines(("P3", "Press", "Suzhou works", "press", "1", "1")))
    assert faults(found) == [(2, "site")]


def test_two_sites_of_one_name_are_not_guessed_between(owner, site):
    a_site(enterprise=site.enterprise, name="Ningbo WORKS")
    assert not seen(owner, machines(P3)).faults
    assert faults(seen(owner, machines((*P3[:2], "ningbo works", *P3[3:])))) == [(2, "site")]


def test_a_price_that_stands_is_not_emptied_by_a_file(owner):
    applied(owner, machines(P3))
    assert faults(seen(owner, machines((*P3[:4], "", "")))) == [(2, "price")]


def test_listing_needs_hours_which_the_same_file_may_bring(owner):
    header = ("own number", "name", "site", "process", "price an hour", "listed")
    row = ("P3", "Press 3", "Ningbo works", "press", "100", "是")
    assert faults(seen(owner, machines(row, header=header))) == [(2, "listed")]
    from marketplace.common.sheets import Page, book_bytes

    book = book_bytes(
        [Page(title="Machines", header=header, rows=[row]),
         Page(title="每周时段", header=("设备编号", "星期", "开始", "结束"), rows=[("P3", "星期一", "22:00", "06:00")])]
    )  # fmt: skip
    applied(owner, a_file(book, "all.xlsx"))
    machine = Equipment.objects.get()
    assert machine.is_listed and WeeklyHours.objects.get().weekday == 0


def test_a_machine_is_taken_off_the_network_by_the_file(owner, site):
    machine = a_machine(site=site, own_number="P3", name="Press")
    header = ("own number", "name", "site", "listed")
    applied(owner, machines(("P3", "Press", "Ningbo works", "no"), header=header))
    machine.refresh_from_db()
    assert not machine.is_listed


def test_what_is_exported_comes_back_unchanged(owner, site):
    machine = a_machine(
        site=site, name="=cmd", own_number="'-3", materials=["steel, soft", "brass"], certificates=["A"]
    )
    Rate.objects.filter(equipment=machine).update(run_units=7, run_min=45)
    Rate.objects.create(equipment=machine, process="press", product_code="@x", price_cents_per_h=1)
    Capability.objects.create(equipment=machine, process="emboss", tolerance_um=5)
    a_machine(site=site, hours=[], listed=False)
    found = seen(owner, exported(owner))
    assert not found.faults
    assert set(outcomes(found).values()) == {"unchanged"} and len(found.rows) >= 11
    with translation.override("zh-hans"):
        file = exported(owner)
    assert set(outcomes(seen(owner, file)).values()) == {"unchanged"}


def test_an_export_holds_the_own_machines_only(owner, site):
    a_machine(site=site, name="Ours")
    a_machine(name="Theirs")
    text = exported(owner).getvalue()
    rows = seen(owner, a_file(text, "a.xlsx")).rows
    assert {row.key[0] for row in rows} == {Equipment.objects.get(name="Ours").own_number}


def test_a_foreign_number_is_a_new_machine_here_and_no_other_factory_is_touched(owner):
    theirs = a_machine(own_number="P3", name="Theirs")
    applied(owner, machines(P3))
    theirs.refresh_from_db()
    assert theirs.name == "Theirs" and Equipment.objects.count() == 2


@pytest.mark.parametrize("role", [Membership.Role.OPERATOR])
def test_who_only_looks_imports_nothing(site, role):
    with pytest.raises(Forbidden):
        drafted(a_viewer(enterprise=site.enterprise, role=role), machines(P3))


def test_a_buyer_imports_no_machines():
    with pytest.raises(Forbidden):
        drafted(a_buyer(), machines(P3))
