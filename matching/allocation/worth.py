"""When one good turns into one other at one rate, a flow over time is a plain maximum flow."""

from fractions import Fraction

from matching.allocation.model import FlowModel, Work


def worth_of_places(model: FlowModel) -> tuple[Fraction, ...] | None:
    """Pieces of the product that a unit at each place becomes; 0 where nothing leads to the product.

    None if that has no one answer: work with several inputs in short supply, different yields for one
    good, one machine for several operations, or fixed lots that still take something.
    """
    if any(len(work.inputs) > 1 for work in model.works) or _has_shared_machine(model):
        return None
    if any(supply.quantity < 0 for supply in model.supplies):
        return None
    worth: dict[object, Fraction] = {_good(model, each.place): Fraction(1) for each in model.exits}
    waiting = [work for work in model.works if work.inputs]
    while ready := [work for work in waiting if _good(model, work.output) in worth]:
        waiting = [work for work in waiting if _good(model, work.output) not in worth]
        for work in ready:
            value = _worth_of_input(work, worth_of_output=worth[_good(model, work.output)])
            if worth.setdefault(_good(model, work.inputs[0].place), value) != value:
                return None
    return tuple(worth.get(_good(model, place), Fraction(0)) for place in range(len(model.places)))


def _worth_of_input(work: Work, *, worth_of_output: Fraction) -> Fraction:
    """worth(input)·num/den = worth(output)·good_per_1000/1000, for a piece started."""
    (each,) = work.inputs
    return worth_of_output * work.mode.good_per_1000 / 1000 * each.den / each.num


def _good(model: FlowModel, place: int) -> object:
    return model.places[place].item, model.places[place].material


def _has_shared_machine(model: FlowModel) -> bool:
    machines = [work.machine.id for work in model.works if work.spans]
    return len(machines) != len(set(machines))
