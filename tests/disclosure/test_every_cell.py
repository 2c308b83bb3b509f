"""The generated test: each audience reads every page and every answer of the API, and by each cell of the matrix a mark
of the private data may stand there or may not."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from django.db import transaction
from rest_framework.throttling import SimpleRateThrottle

from marketplace.capacity.models import Equipment
from marketplace.common import clock
from marketplace.disclosure import selectors
from marketplace.disclosure.matrix import decide
from marketplace.disclosure.words import Audience, Group, Word
from tests.disclosure.looking import (
    PUBLIC_ID,
    UNKNOWN,
    Answer,
    a_client,
    api_paths,
    everything,
    filled_with,
    get,
    page_paths,
)
from tests.disclosure.world import World, a_marked_world

# The product has no lead factory yet: no relation makes one. Whoever adds one adds a reader to the world.
NOT_YET = {Audience.LEAD_FACTORY}
WHOLE = {
    Word.YES
}  # only then may the exact values be read by name; other words show parts that carry no mark
AS_MEANT = {  # who is none of the audiences is no more than the public
    "rival": Audience.PUBLIC, "unverified buyer": Audience.PUBLIC, "unverified office": Audience.PUBLIC,
}  # fmt: skip
# What the matrix leaves to one's own: a machine's name stands in a grant's own section, a lab reads the marked device's
# machine. The name of a machine is part of "exact machine model", which a lab sees.
ROUGH_ONLY = {Group.CAPABILITY}  # "yes" means the band: the exact ranges are for nobody else
READERS = [*(audience.value for audience in Audience if audience not in NOT_YET), *AS_MEANT]


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> World:
    """Made once, and never committed."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(SimpleRateThrottle, "allow_request", lambda self, request, view: True)
        from django.conf import settings

        patch.setattr(settings, "SOLVER", {**settings.SOLVER, "time_limit_s": 2})
        yield a_marked_world()
        transaction.set_rollback(True)
    clock.forget()


def allowed(reader: str) -> set[Group]:
    """Groups of which the reader may see exact values, by the matrix and the grants of this world (none of identity)."""
    audience = AS_MEANT.get(reader) or Audience(reader)
    return {group for group in Group if decide(group, audience).word in WHOLE and group not in ROUGH_ONLY}


def read_by(world: World, reader: str) -> list[Answer]:
    starts = (f"/firms/{world.firm}/", "/disclosure/")
    return everything(world.readers[reader], starts=starts, foreign=world.foreign_ids())


def leaks(world: World, reader: str, answers: Iterable[Answer]) -> list[str]:
    """Marks that stand where the reader's cell does not allow them."""
    may = allowed(reader)
    forbidden = [
        (group, mark) for group, marks in world.marks().items() if group not in may for mark in marks
    ]
    return [
        f"{reader} reads {group.value} {mark!r} on {answer.path}"
        for answer in answers
        for group, mark in forbidden
        if mark in answer.text
    ]


@pytest.mark.parametrize("reader", READERS)
def test_nobody_reads_more_than_the_matrix_says(world, reader):
    found = leaks(world, reader, read_by(world, reader))
    assert not found, "\n".join(found)


def test_the_owner_reads_its_own_marks_so_that_there_is_something_to_leak(world):
    read = "".join(answer.text for answer in everything(world.owner, starts=(), foreign={}))
    for group, marks in world.marks().items():
        assert any(mark in read for mark in marks), f"no mark of {group.value} is on any of the owner's pages"


@pytest.mark.parametrize(
    "audience",
    [one for one in Audience if one not in NOT_YET | {Audience.PUBLIC, Audience.NEIGHBOUR, Audience.STAFF}],
)
def test_each_audience_reads_what_the_matrix_gives_it(world, audience):
    """On the firm's page; a group with an open cell shows something wherever the world holds something for it."""
    profile = selectors.firm_seen_by(world.readers[audience], firm=world.firm, now=world.now)
    assert profile.audience == audience
    page = get(a_client(world.readers[audience]), f"/firms/{world.firm}/").text
    for section in profile.sections:
        group, word = section.cell.group, decide(section.cell.group, audience).word
        if word == Word.NO or (word in selectors.NEEDS_A_GRANT and section.grant is None):
            assert not section.facts, group
        elif word == Word.YES and group not in {Group.QUALITY, Group.CAPABILITY}:
            assert world.marks()[group][0] in page, group
        elif group not in {Group.QUALITY, Group.DOCK} and word not in EMPTY_HERE:
            assert section.facts, group


EMPTY_HERE = {
    Word.AGGREGATE,
    Word.PROGRAMME_PRICE,
    Word.COUNTS_OF_PROGRAMME,
    Word.SIGNED_COUNTS,
    Word.QUALIFIED_YES_NO,
}


@pytest.mark.parametrize("audience", [one for one in Audience if one != Audience.LEAD_FACTORY])
def test_a_preview_is_what_the_audience_reads(world, audience):
    """Cell by cell the same words and, where they do not hang on one deal, the same facts; nobody else's name."""
    page = get(a_client(world.owner), f"/settings/preview/{audience.value}/")
    assert page.status == 200
    previewed = selectors.previewed(world.owner, audience=audience, now=world.now)
    for other in ("Neighbour Coating", "Bystander Press", "Buyer Contract", "Buyer Request"):
        assert other not in page.text
    if audience in {Audience.PUBLIC, Audience.NEIGHBOUR, Audience.STAFF}:
        return
    real = selectors.firm_seen_by(world.readers[audience], firm=world.firm, now=world.now)
    assert previewed.sections and [one.cell for one in previewed.sections] == [
        one.cell for one in real.sections
    ]
    same = {
        Group.CITY,
        Group.CAPABILITY,
        Group.IDENTITY,
        Group.MACHINE_MODEL,
        Group.TELEMETRY,
        Group.STAFF_DATA,
    }
    for shown, seen in zip(previewed.sections, real.sections, strict=True):
        if shown.cell.group in same:
            assert shown.facts == seen.facts


@pytest.mark.parametrize(
    ("reader", "methods"),
    [
        ("rival", ("get", "post")),
        (Audience.BUYER_SEARCHING.value, ("get",)),
        (Audience.COORDINATOR.value, ("get",)),
    ],
)
def test_a_foreign_id_and_an_unknown_one_get_the_same_answer(world, reader, methods):
    """For every address with an id in it, in status and text."""
    client, unlike = a_client(world.readers[reader]), []
    for path in [*api_paths(), *page_paths()]:
        for foreign in filled_with(path, world.foreign_ids()):
            nowhere = PUBLIC_ID.sub(lambda found: f"{found[1]}_{UNKNOWN}", foreign)
            for method in methods if nowhere != foreign else ():
                # What a refused form left to be said must not stand on the next page that is compared.
                asks = client if method == "get" else a_client(world.readers[reader])
                if get(asks, foreign, method=method).likeness != get(asks, nowhere, method=method).likeness:
                    unlike.append(f"{method} {foreign}")
    meant = f"/firms/{world.firm}/", f"/api/v1/firms/{world.firm}"  # these two read the firm, by the matrix
    if reader != "rival":
        unlike = [one for one in unlike if not one.endswith(meant)]
    assert not unlike, "\n".join(unlike)


def test_sorting_and_filtering_go_by_allow_list(world):
    """A parameter that nobody allowed changes nothing: neither order nor count tells of what is not shown."""
    for reader in ("rival", Audience.BUYER_SEARCHING.value, Audience.COORDINATOR.value):
        client = a_client(world.readers[reader])
        for path in api_paths():
            if PUBLIC_ID.search(path) or "{" in path:
                continue
            plain = get(client, path).likeness
            for query in ("ordering=enterprise__name", "ordering=-price_cents_per_h", "enterprise=" + world.firm,
                          "search=Zyx", "enterprise__name__startswith=Z", "price_cents_per_h__gt=1"):  # fmt: skip
                assert get(client, f"{path}?{query}").likeness == plain, f"{reader} {path}?{query}"


def test_a_planted_leak_in_the_decision_turns_the_test_red(world, monkeypatch):
    def leaky(group, audience):
        cell = decide(group, audience)
        return replace(cell, word=Word.YES) if group == Group.MACHINE_MODEL else cell

    reader = Audience.BUYER_SEARCHING
    page = a_client(world.readers[reader]), f"/firms/{world.firm}/"
    assert leaks(world, reader, [get(*page)]) == []
    monkeypatch.setattr(selectors, "decide", leaky)
    assert any("MODELMARK" in leak for leak in leaks(world, reader, [get(*page)]))


def test_a_planted_leak_in_a_selector_turns_the_test_red(world, monkeypatch):
    from marketplace.capacity import selectors as capacity

    monkeypatch.setattr(capacity, "own_machines", lambda *, viewer: Equipment.objects.order_by("pk"))
    machines = get(a_client(world.readers["rival"]), "/api/v1/machines")
    assert any("MACHMARK" in leak for leak in leaks(world, "rival", [machines]))


def test_a_planted_oracle_of_ids_is_told_apart():
    foreign = Answer(path="/x/ord_1111111111111111/", status=403, text="not yours")
    nowhere = Answer(path="/x/ord_0000000000000000/", status=404, text="not there")
    assert foreign.likeness != nowhere.likeness
    assert (
        Answer(path="", status=404, text="a ord_1111111111111111").likeness
        == Answer(path="", status=404, text="a ord_0000000000000000").likeness
    )
