"""Windows, breaks and moments that contradict themselves."""

import pytest

from tests.matching.parse.documents import refusal, spoiled

HUGE = 2**40


@pytest.mark.parametrize(
    ("windows", "code", "path"),
    [
        ([[0, 480], [479, 900]], "problem:windows-overlap", "machines[0].windows[1]"),
        ([[500, 900], [0, 400]], "problem:windows-overlap", "machines[0].windows[1]"),
        ([[0, 480], [0, 480]], "problem:windows-overlap", "machines[0].windows[1]"),
        ([[480, 480]], "problem:empty-period", "machines[0].windows[0]"),
        ([[480, 0]], "problem:empty-period", "machines[0].windows[0]"),
        ([[0]], "problem:wrong-type", "machines[0].windows[0]"),
        ([[0, 1, 2, 3]], "problem:wrong-type", "machines[0].windows[0]"),
        ([0, 480], "problem:wrong-type", "machines[0].windows[0]"),
        ([[0, 480.0]], "problem:wrong-type", "machines[0].windows[0][1]"),
        ([[True, 480]], "problem:wrong-type", "machines[0].windows[0][0]"),
        ([[0, 480, -1]], "problem:out-of-range", "machines[0].windows[0][2]"),
        ([[0, HUGE]], "problem:out-of-range", "machines[0].windows[0][1]"),
    ],
)
def test_windows_are_sorted_disjoint_and_not_empty(windows, code, path):
    found = refusal(spoiled(("machines[0].windows", windows), ("machines[0].breaks", [])))
    assert (found.code, found.path) == (code, path)


def test_windows_of_resources_are_judged_alike():
    assert refusal(spoiled(("resources[0].windows", [[0, 9], [8, 20]]))).path == "resources[0].windows[1]"


@pytest.mark.parametrize(
    ("breaks", "code"),
    [
        ([[950, 970]], "problem:break-outside-window"),
        ([[-5, 5]], "problem:break-outside-window"),
        ([[470, 490]], "problem:break-outside-window"),
        ([[2000, 2010]], "problem:break-outside-window"),
        ([[10, 20], [19, 30]], "problem:breaks-overlap"),
        ([[10, 10]], "problem:empty-period"),
        ([[10, 20, 100]], "problem:wrong-type"),
    ],
)
def test_breaks_lie_inside_windows_and_do_not_overlap(breaks, code):
    found = refusal(spoiled(("machines[0].breaks", breaks)))
    assert (found.code, found.path[:18]) == (code, "machines[0].breaks")


@pytest.mark.parametrize(
    "epoch",
    [
        "2026-03-02",
        "2026-03-02T00:00:00",
        "2026-03-02T00:00:00+08:00",
        "2026-13-02T00:00:00Z",
        "20260302T000000Z",
        "2026-W10-1T00:00:00Z",
        "2026-03-02T24:00:00Z",
        "2026-03-02T00:00:60Z",
        "today",
        "٢٠٢٦-03-02T00:00:00Z",
    ],
)
def test_the_epoch_is_rfc_3339_in_utc(epoch):
    found = refusal(spoiled(("epoch", epoch)))
    assert (found.code, found.path, found.value) == ("problem:not-utc", "epoch", epoch)


def test_a_lot_does_not_end_before_it_starts():
    assert refusal(spoiled(("fixed_lots[0].end_min", -31))).path == "fixed_lots[0].end_min"
