"""Dealing the order's number ranges out to runs: what is booked keeps its numbers, new runs get what is left."""

from collections.abc import Iterable
from typing import Any

from marketplace.orders.variants import deal_number_ranges
from marketplace.trading.models import Deal, Run

Ranges = list[dict[str, int]]


def deal_out_variant(deal: Deal) -> None:
    """Each booked run gets its share, operation by operation, in order of start."""
    order = deal.order
    if not order.variant:
        return
    booked = Run.objects.filter(package__deal=deal, status=Run.Status.BOOKED)
    for operation in order.product.operations.all():
        runs = list(booked.filter(operation=operation).order_by("starts_at", "id"))
        if not any(run.variant for run in runs):
            shares = deal_number_ranges(
                product=order.product, variant=order.variant, quantities=[run.quantity for run in runs]
            )
        else:
            shares = _topped_up(runs, variant=order.variant)
        for run, share in zip(runs, shares, strict=True):
            run.variant = share
        Run.objects.bulk_update(runs, ["variant"])


def _topped_up(runs: list[Run], *, variant: dict[str, Any]) -> list[dict[str, Any]]:
    """A run with numbers keeps the first of them, as many as it has pieces; the others share what is free."""
    ranged = {key for run in runs for key, value in run.variant.items() if isinstance(value, list)}
    shares = [dict(run.variant or variant) for run in runs]
    for key in ranged & set(variant):
        for run, share in zip(runs, shares, strict=True):
            if run.variant:
                share[key] = first_of(run.variant[key], run.quantity)
        free = left_of(
            variant[key],
            [part for run, share in zip(runs, shares, strict=True) if run.variant for part in share[key]],
        )
        for run, share in zip(runs, shares, strict=True):
            if not run.variant:
                share[key] = first_of(free, run.quantity)
                free = left_of_all(free, share[key])
    return shares


def first_of(ranges: Ranges, count: int) -> Ranges:
    """The first `count` numbers, or all there are."""
    found: Ranges = []
    for part in ranges:
        size = min(count, part["last"] - part["first"] + 1)
        if size > 0:
            found.append({"first": part["first"], "last": part["first"] + size - 1})
            count -= size
    return found


def left_of(whole: dict[str, int], taken: Iterable[dict[str, int]]) -> Ranges:
    """What of one range no taken part covers, in order."""
    left, first = [], whole["first"]
    for part in sorted(taken, key=lambda part: part["first"]):
        if first < part["first"]:
            left.append({"first": first, "last": part["first"] - 1})
        first = max(first, part["last"] + 1)
    if first <= whole["last"]:
        left.append({"first": first, "last": whole["last"]})
    return left


def left_of_all(wholes: Ranges, taken: Ranges) -> Ranges:
    """The same of several ranges."""
    return [
        part
        for whole in wholes
        for part in left_of(
            whole,
            [one for one in taken if whole["first"] <= one["first"] and one["last"] <= whole["last"]],
        )
    ]
