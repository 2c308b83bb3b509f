"""What holds within one lot: where it runs, how many pieces it starts, how long it takes (rules 1, 2, 3)."""

from collections import defaultdict
from collections.abc import Callable

from matching.problem import Mode
from scheduling.cpsat.variables import Choice, Literal, LotVars, Variables, breaks_in, is_of_fixed_length


def add_lot_rules(variables: Variables) -> None:
    for lot in variables.lots:
        run_in_one_window(variables, lot)
        make_pieces(variables, lot)
        start_pieces(variables, lot)
        take_run_time(variables, lot)
        last_set_up_and_run(variables, lot)
        consume_and_hold(variables, lot)


def run_in_one_window(variables: Variables, lot: LotVars) -> None:
    """Σ takes = exists; takes ⇒ first ≤ start and end ≤ last."""
    model = variables.model
    model.add(sum(choice.takes for choice in lot.choices) == lot.exists)
    for choice in lot.choices:
        model.add(lot.start >= choice.option.first).only_enforce_if(choice.takes)
        model.add(lot.end <= choice.option.last).only_enforce_if(choice.takes)


def make_pieces(variables: Variables, lot: LotVars) -> None:
    """exists ⇔ quantity ≥ 1."""
    variables.model.add(lot.quantity >= 1).only_enforce_if(lot.exists)
    variables.model.add(lot.quantity == 0).only_enforce_if(~lot.exists)


def start_pieces(variables: Variables, lot: LotVars) -> None:
    """started = ceil(quantity·1000/good_per_1000), so 1000·quantity ≤ good·started < 1000·quantity + good."""
    model = variables.model
    model.add(lot.started == 0).only_enforce_if(~lot.exists)
    for good, takes in _grouped(variables, lot, key=lambda mode: mode.good_per_1000).items():
        model.add(good * lot.started >= 1000 * lot.quantity).only_enforce_if(takes)
        model.add(good * lot.started <= 1000 * lot.quantity + good - 1).only_enforce_if(takes)


def take_run_time(variables: Variables, lot: LotVars) -> None:
    """run = ceil(started·run_min·100/(run_units·speed_pct)); of a batch
    ceil(started/run_units)·ceil(run_min·100/speed_pct).
    """
    model = variables.model
    model.add(lot.run == 0).only_enforce_if(~lot.exists)
    for choice in lot.choices:
        station = choice.option.station
        mode, speed = station.mode, station.machine.speed_pct
        if lot.slot.most == 1:
            model.add(lot.run == station.run_minutes(good=1)).only_enforce_if(choice.takes)
        elif mode.batch:
            batches = model.new_int_var(0, lot.slot.most, f"batches {choice.takes.name}")
            minutes = -(-mode.run_min * 100 // speed)
            model.add(mode.run_units * batches >= lot.started).only_enforce_if(choice.takes)
            model.add(mode.run_units * batches <= lot.started + mode.run_units - 1).only_enforce_if(
                choice.takes
            )
            model.add(lot.run == minutes * batches).only_enforce_if(choice.takes)
        else:
            work, pace = mode.run_min * 100, mode.run_units * speed
            model.add(pace * lot.run >= work * lot.started).only_enforce_if(choice.takes)
            model.add(pace * lot.run <= work * lot.started + pace - 1).only_enforce_if(choice.takes)


def last_set_up_and_run(variables: Variables, lot: LotVars) -> None:
    """end − start = setup + run + the breaks between; nothing begins or ends in a break."""
    model = variables.model
    for choice in lot.choices:
        if is_of_fixed_length(lot.slot, choice.option):
            minutes = choice.option.station.run_minutes(good=1)
            model.add(lot.end == lot.start + minutes).only_enforce_if(choice.takes)
            continue
        idle = []
        for start, end in breaks_in(choice.option):
            idle.append((end - start) * _spans(variables, lot, choice, start=start, end=end))
        model.add(lot.end == lot.start + lot.setup + lot.run + sum(idle)).only_enforce_if(choice.takes)


def consume_and_hold(variables: Variables, lot: LotVars) -> None:
    """consumes_at = start + setup; ready = end + hold."""
    model = variables.model
    model.add(lot.consumes_at == lot.start + lot.setup).only_enforce_if(lot.exists)
    for hold, takes in _grouped(variables, lot, key=lambda mode: mode.hold_min).items():
        model.add(lot.ready == lot.end + hold).only_enforce_if(takes)


def _spans(variables: Variables, lot: LotVars, choice: Choice, *, start: int, end: int) -> Literal:
    """A literal that is true if the lot begins before the break [start, end) and ends after it."""
    model = variables.model
    spans = model.new_bool_var(f"spans {start} {choice.takes.name}")
    before = model.new_bool_var(f"before {start} {choice.takes.name}")
    after = model.new_bool_var(f"after {start} {choice.takes.name}")
    model.add_bool_or(spans, before, after).only_enforce_if(choice.takes)
    model.add_implication(spans, choice.takes)
    model.add(lot.start <= start - 1).only_enforce_if(spans)
    model.add(lot.end >= end + 1).only_enforce_if(spans)
    model.add(lot.end <= start).only_enforce_if(before)
    model.add(lot.start >= end).only_enforce_if(after)
    model.add_implication(before, ~spans)
    model.add_implication(after, ~spans)
    return spans


def _grouped(variables: Variables, lot: LotVars, *, key: Callable[[Mode], int]) -> dict[int, Literal]:
    """For each value of `key`, a literal that is true if the lot runs in a mode with it."""
    by_value: dict[int, list[Literal]] = defaultdict(list)
    for choice in lot.choices:
        by_value[key(choice.option.station.mode)].append(choice.takes)
    if len(by_value) == 1:
        (only,) = by_value
        return {only: lot.exists}
    grouped: dict[int, Literal] = {}
    for value, taking in by_value.items():
        grouped[value] = variables.model.new_bool_var(f"mode {value} {lot.slot.name}")
        variables.model.add(sum(taking) == grouped[value])
    return grouped
