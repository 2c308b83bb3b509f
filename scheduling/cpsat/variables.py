"""The variables of a sequencing model, by what they stand for."""

from collections import defaultdict
from dataclasses import dataclass, field

from ortools.sat.python import cp_model

from matching.problem import Drop, EnterpriseId, MachineId, Order, OrderId, Problem, SiteId
from scheduling.cpsat.slots import Option, Slot
from scheduling.dispatch.shop import Good, Shop

Literal = cp_model.IntVar
Amount = cp_model.IntVar | int
Expression = cp_model.LinearExpr | int


@dataclass(slots=True, eq=False)
class Choice:
    """An option of a lot. `takes`: the lot runs there."""

    option: Option
    takes: Literal
    interval: cp_model.IntervalVar


@dataclass(slots=True, eq=False)
class LotVars:
    """A lot that may exist. Where it does not, all amounts are 0 and its times mean nothing.

    `started` are pieces (at most `most_started`), `run` working minutes, `consumes_at` the minute it takes
    its inputs, `ready` the minute its pieces exist. `sites`: at which site it runs.
    """

    slot: Slot
    exists: Literal
    quantity: cp_model.IntVar
    most_started: int
    started: cp_model.IntVar
    start: cp_model.IntVar
    setup: cp_model.IntVar
    run: cp_model.IntVar
    end: cp_model.IntVar
    consumes_at: cp_model.IntVar
    ready: cp_model.IntVar
    choices: list[Choice]
    sites: dict[SiteId, Literal]


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """What goods can be taken from: `lot`, or else a fixed lot, stock or supply at `site` from minute `ready`."""

    name: str
    good: Good
    units: Amount
    most: int
    lot: LotVars | None = None
    site: SiteId | None = None
    ready: int = 0
    cents_per_1000_units: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Sink:
    """What consumes goods: `lot`, or else a fixed lot at `site` in minute `by`."""

    name: str
    good: Good
    units: Amount
    most: int
    lot: LotVars | None = None
    site: SiteId | None = None
    by: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """`units` that go from a source to a sink; `used`: there are some."""

    source: Source
    sink: Sink
    units: cp_model.IntVar
    used: Literal


@dataclass(frozen=True, slots=True, eq=False)
class Parcel:
    """`units` of the product that go from a source to a drop."""

    source: Source
    order: Order
    drop: Drop
    units: cp_model.IntVar
    used: Literal
    leaves: cp_model.IntVar
    arrives: cp_model.IntVar


@dataclass(slots=True, eq=False)
class Variables:
    """A model and all its variables. `finish`: last arrival of all planned orders."""

    model: cp_model.CpModel
    shop: Shop
    orders: list[Order]
    lots: list[LotVars] = field(default_factory=list)
    sources: dict[Good, list[Source]] = field(default_factory=lambda: defaultdict(list))
    sinks: dict[Good, list[Sink]] = field(default_factory=lambda: defaultdict(list))
    flows: list[Flow] = field(default_factory=list)
    parcels: list[Parcel] = field(default_factory=list)
    unmet: dict[tuple[OrderId, int], cp_model.IntVar] = field(default_factory=dict)
    works: dict[tuple[EnterpriseId, OrderId], Literal] = field(default_factory=dict)

    @property
    def problem(self) -> Problem:
        return self.shop.problem

    def choices_by_window(self) -> dict[tuple[MachineId, int], list[tuple[LotVars, Choice]]]:
        """Which lots may run in each window of each machine."""
        found: dict[tuple[MachineId, int], list[tuple[LotVars, Choice]]] = defaultdict(list)
        for lot in self.lots:
            for choice in lot.choices:
                found[choice.option.station.machine.id, choice.option.at].append((lot, choice))
        return found

    def choices_by_machine(self) -> dict[MachineId, list[tuple[LotVars, Choice]]]:
        found: dict[MachineId, list[tuple[LotVars, Choice]]] = defaultdict(list)
        for (machine, _), choices in self.choices_by_window().items():
            found[machine].extend(choices)
        return found


def make_lots(variables: Variables, slots: list[Slot]) -> None:
    """Variables of every slot; which of them a lot uses and how they hang together is stated by the rules."""
    for slot in slots:
        variables.lots.append(_lot(variables, slot))


def _lot(variables: Variables, slot: Slot) -> LotVars:
    model, name = variables.model, slot.name
    first = min((option.first for option in slot.options), default=0)
    last = max((option.last for option in slot.options), default=0)
    hold = max((option.station.mode.hold_min for option in slot.options), default=0)
    modes = [option.station.mode for option in slot.options]
    setups = [mode.setup_min for mode in modes]
    setups += [change.min for option in slot.options for change in option.station.machine.changeovers]
    most_started = max((-(-slot.most * 1000 // mode.good_per_1000) for mode in modes), default=0)
    start = model.new_int_var(first, last, f"start {name}")
    end = model.new_int_var(first, last, f"end {name}")
    choices = []
    for option in slot.options:
        where = f"{name} {option.station.machine.id}/{option.station.operation.id} {option.at}"
        takes = model.new_bool_var(f"takes {where}")
        choices.append(Choice(option, takes, _interval(model, slot, option, start, end, takes)))
    return LotVars(
        slot=slot,
        exists=model.new_bool_var(f"exists {name}"),
        quantity=model.new_int_var(0, slot.most, f"quantity {name}"),
        most_started=most_started,
        started=model.new_int_var(0, most_started, f"started {name}"),
        start=start,
        setup=model.new_int_var(0, max(setups, default=0), f"setup {name}"),
        run=model.new_int_var(0, max(last - first, 0), f"run {name}"),
        end=end,
        consumes_at=model.new_int_var(first, last, f"consumes {name}"),
        ready=model.new_int_var(first, last + hold, f"ready {name}"),
        choices=choices,
        sites=_sites(model, slot, choices),
    )


def _interval(
    model: cp_model.CpModel,
    slot: Slot,
    option: Option,
    start: cp_model.IntVar,
    end: cp_model.IntVar,
    takes: Literal,
) -> cp_model.IntervalVar:
    """[start, end) where the option is taken; of fixed size where nothing about its length is open."""
    if is_of_fixed_length(slot, option):
        return model.new_optional_fixed_size_interval_var(
            start, option.station.run_minutes(good=1), takes, f"interval {takes.name}"
        )
    longest = option.last - option.first
    span = model.new_int_var(0, longest, f"span {takes.name}")
    return model.new_optional_interval_var(start, span, end, takes, f"interval {takes.name}")


def is_of_fixed_length(slot: Slot, option: Option) -> bool:
    """A single piece on a machine that needs no set-up, in a window without breaks."""
    machine = option.station.machine
    has_setup = any(mode.setup_min for mode in machine.modes) or any(c.min for c in machine.changeovers)
    return slot.most == 1 and not has_setup and not breaks_in(option)


def breaks_in(option: Option) -> list[tuple[int, int]]:
    """The breaks of the option's machine inside its window."""
    return [
        (each.start, each.end)
        for each in option.station.machine.breaks
        if option.window.start <= each.start and each.end <= option.window.end
    ]


def _sites(model: cp_model.CpModel, slot: Slot, choices: list[Choice]) -> dict[SiteId, Literal]:
    """One literal a site: the sum of the options there (for a single option its own)."""
    by_site: dict[SiteId, list[Literal]] = defaultdict(list)
    for choice in choices:
        by_site[choice.option.station.site].append(choice.takes)
    sites: dict[SiteId, Literal] = {}
    for site, taking in by_site.items():
        if len(taking) == 1:
            sites[site] = taking[0]
        else:
            sites[site] = model.new_bool_var(f"at {site} {slot.name}")
            model.add(sum(taking) == sites[site])
    return sites
