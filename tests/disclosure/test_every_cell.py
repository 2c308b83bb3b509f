"""The generated test: each audience reads every page and every answer of the API, and by each cell of the matrix a mark
of the private data may stand there or may not."""

from dataclasses import replace
from functools import cache

import pytest

from marketplace.capacity.models import Equipment
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
from tests.disclosure.marks import AS_MEANT, leaks, read_by

# The product has no lead factory yet: no relation makes one. Whoever adds one adds a reader to the world.
NOT_YET = {Audience.LEAD_FACTORY}
# Of these one reads other pages than a firm's; what a declared emergency opens is in test_declared.
NOT_ON_FIRM_PAGES = {Audience.NEIGHBOUR, Audience.STAFF, Audience.COORDINATOR_DECLARED}
READERS = [*(audience.value for audience in Audience if audience not in NOT_YET), *AS_MEANT]


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
    [one for one in Audience if one not in NOT_YET | NOT_ON_FIRM_PAGES | {Audience.PUBLIC}],
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
    if audience in NOT_ON_FIRM_PAGES | {Audience.PUBLIC}:
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
    client, ids, unlike = a_client(world.readers[reader]), world.foreign_ids(), []

    def answer(path, method):
        # What a refused form left to be said must not stand on the next page that is compared.
        asks = client if method == "get" else a_client(world.readers[reader])
        return get(asks, path, method=method).likeness

    of_nowhere = cache(answer)
    for path in [*api_paths(), *page_paths()]:
        for foreign in filled_with(path, ids):
            nowhere = PUBLIC_ID.sub(lambda found: f"{found[1]}_{UNKNOWN}", foreign)
            for method in methods if nowhere != foreign else ():
                if answer(foreign, method) != of_nowhere(nowhere, method):
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
