"""The column of a coordinator in a declared emergency, read by an office whose declaration two people made: exact free
hours in logged looks from its start to its end, and outside of it and of them no more than any office reads."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from json import loads

import pytest

from marketplace.common import clock
from marketplace.common.show.times import day_text
from marketplace.disclosure import register, selectors
from marketplace.disclosure.matrix import decide
from marketplace.disclosure.words import Audience, Group, Word
from marketplace.mobilisation.models import Declaration, Reading
from marketplace.mobilisation.services import looking
from tests.disclosure.looking import Answer, a_client, get, looks
from tests.disclosure.marks import leaks, marks_on, read_by
from tests.disclosure.world import CITY, DAY_HOURS, MACHINE, NAME, PRICE_CENTS, World

DECLARED, NORMAL = Audience.COORDINATOR_DECLARED, Audience.COORDINATOR
SECOND = timedelta(seconds=1)
NEVER_SHOWN = {
    Group.PRICES,
    Group.TELEMETRY,
    Group.QUALITY,
    Group.STAFF_DATA,
}  # by the matrix in part, by no page


@contextmanager
def at(world: World, moment: datetime) -> Iterator[None]:
    clock.set_clock(speed=0.0, business_at=moment)
    yield
    clock.set_clock(speed=0.0, business_at=world.now)


def looks_of(world: World, reader: str = DECLARED) -> list[Answer]:
    return looks(world.readers[reader], audience=DECLARED, ids=world.foreign_ids())


def on_page_and_in_api(answers: list[Answer]) -> tuple[Answer, Answer]:
    page, api = sorted(answers, key=lambda answer: answer.path.startswith("/api/"))
    return page, api


def readings(world: World) -> int:
    return Reading.objects.filter(owner=world.owner.enterprise_id).count()


def outside(world: World) -> dict[str, datetime]:
    return {
        "before its start": world.declaration.starts_at - SECOND,
        "from its end on": world.declaration.until_at,
        "long after": world.declaration.until_at + timedelta(days=30),
    }


def test_a_look_shows_what_the_cells_give_and_is_logged(world):
    before = readings(world)
    page, api = on_page_and_in_api(looks_of(world))
    assert (page.status, api.status) == (200, 201)
    for shown in (page, api):
        assert all(text in shown.text for text in (NAME, CITY, MACHINE)), shown.path
        assert any(mark in shown.text for mark in DAY_HOURS), shown.path
        assert decide(Group.FREE_CAPACITY, DECLARED).word == Word.EXACT_LOGGED
    assert readings(world) == before + 2


def test_only_the_machine_that_fits_the_goods_is_shown(world):
    _page, api = on_page_and_in_api(looks_of(world))
    names = [row["name"] for row in loads(api.text) if row["owner_id"] == world.firm]
    assert names == [MACHINE]  # not the mill: the declaration is for what is pressed and coated


def test_the_register_names_exactly_the_fields_a_look_answers_with(world):
    """And each in a group of which the office may see something."""
    _page, api = on_page_and_in_api(looks_of(world))
    rows = loads(api.text)
    shown = {("OpenMachine", name) for row in rows for name in row}
    shown |= {("OpenDay", name) for row in rows for day in row["days"] for name in day}
    known = {field: said for field, said in register.fields().items() if DECLARED in said.audiences}
    assert shown == set(known)
    on_page = register.pages()["mobilisation:look"].groups
    for field, said in known.items():
        assert said.groups <= on_page, field
        assert all(decide(Group(group), DECLARED).word != Word.NO for group in said.groups), field


def test_a_firms_page_stays_as_in_normal_times(world):
    seen = [
        selectors.firm_seen_by(world.readers[reader], firm=world.firm, now=world.now)
        for reader in (DECLARED, NORMAL)
    ]
    assert seen[0] == seen[1]
    assert seen[0].audience == NORMAL
    page = get(a_client(world.readers[DECLARED]), f"/firms/{world.firm}/")
    assert leaks(world, DECLARED, [page], audience=NORMAL) == []


@pytest.mark.parametrize("when", ["before its start", "from its end on", "long after"])
def test_outside_its_time_the_office_reads_what_an_ordinary_office_reads(world, when):
    """On every page and in every answer of the API, by the clock alone (no sweep has run), though it looked once."""
    assert marks_on(world, looks_of(world)) >= {NAME, CITY, MACHINE}
    before = readings(world)
    with at(world, outside(world)[when]):
        read, ordinary = read_by(world, DECLARED), read_by(world, NORMAL)
    tried = [answer for answer in read if answer.is_look]
    assert [answer.status for answer in tried] == [403] * 2
    assert all("not in force" in answer.text for answer in tried)
    assert leaks(world, DECLARED, read, audience=NORMAL) == []
    assert marks_on(world, read) == marks_on(world, ordinary)
    assert readings(world) == before


@pytest.mark.parametrize(
    "reader", [NORMAL.value, "unverified office", "rival", Audience.CONTRACT_PARTY.value]
)
def test_nobody_else_looks_by_the_declaration(world, reader):
    before = readings(world)
    tried = looks_of(world, reader)
    assert marks_on(world, tried) == set()
    assert readings(world) == before


def test_the_preview_is_what_the_office_reads(world):
    """City, abilities, name and machines from the firm's page, hours from its looks, and nothing no page shows."""
    _page, api = on_page_and_in_api(looks_of(world))
    row = next(row for row in loads(api.text) if row["owner_id"] == world.firm)
    previewed = selectors.previewed(world.owner, audience=DECLARED, now=world.now)
    firm = selectors.firm_seen_by(world.readers[DECLARED], firm=world.firm, now=world.now)
    facts = {section.cell.group: section.facts for section in previewed.sections}
    for section in firm.sections:
        if section.cell.group in {Group.CITY, Group.CAPABILITY, Group.IDENTITY, Group.MACHINE_MODEL}:
            assert section.facts and facts[section.cell.group] == section.facts
    hours = {fact.label: fact.value for fact in facts[Group.FREE_CAPACITY]}[MACHINE]
    assert f"{row['units_per_h']:,.0f} pieces an hour" in hours
    ends = (row["days"][0], row["days"][-1])
    assert all(day_text(date.fromisoformat(day["on"]), today=world.now.date()) in hours for day in ends)
    assert {f"{day['free_h']:.1f}\xa0h" for day in row["days"]} == set(re.findall(r"[\d.]+\xa0h", hours))
    assert {group for group, found in facts.items() if not found} == NEVER_SHOWN | {Group.DOCK}


def test_the_preview_says_which_rules_no_page_shows(world):
    page = get(a_client(world.owner), f"/settings/preview/{DECLARED.value}/").text
    assert page.count("no page shows it to them") == len(NEVER_SHOWN)
    assert all(not register.is_registered(group, DECLARED) for group in NEVER_SHOWN)


def test_a_leak_planted_in_the_look_turns_the_test_red(world, monkeypatch):
    real = looking.open_machines
    assert leaks(world, DECLARED, looks_of(world)) == []
    monkeypatch.setattr(
        looking,
        "open_machines",
        lambda *args, **more: tuple(
            replace(one, name=f"{one.name} at {PRICE_CENTS}") for one in real(*args, **more)
        ),
    )
    assert len(leaks(world, DECLARED, looks_of(world))) == 2


def test_a_declaration_that_outlives_its_end_turns_the_test_red(world, monkeypatch):
    monkeypatch.setattr(Declaration, "is_live", lambda self, now: True)
    with at(world, outside(world)["from its end on"]):
        found = leaks(world, DECLARED, looks_of(world), audience=NORMAL)
    assert any("free-capacity" in leak for leak in found)


def test_exact_hours_outside_of_a_look_turn_the_test_red(world, monkeypatch):
    monkeypatch.setattr(selectors, "decide", opened)
    page = get(a_client(world.readers[DECLARED]), f"/firms/{world.firm}/")
    assert any("free-capacity" in leak for leak in leaks(world, DECLARED, [page]))


def opened(group, audience):
    cell = decide(group, audience)
    return replace(cell, word=Word.EXACT_LOGGED) if group == Group.FREE_CAPACITY else cell
