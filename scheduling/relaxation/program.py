"""The linear program: variables and rows."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from ortools.linear_solver.python import model_builder as lp

from matching.problem import Drop, EnterpriseId, ItemId, MachineId, Order, OrderId, SiteId
from scheduling.dispatch.shop import Good, Shop
from scheduling.relaxation.shortest import ShortestWays
from scheduling.relaxation.trips import Place, least_trips, place_of
from scheduling.relaxation.work import Work, Workload


@dataclass(slots=True, eq=False)
class Program:
    """Amounts are real numbers: `made` good pieces, `unmet` pieces of drops, `works` between 0 and 1."""

    model: lp.Model
    shop: Shop
    orders: list[Order]
    workload: Workload
    ways: ShortestWays
    made: list[tuple[Work, lp.Variable]] = field(default_factory=list)
    unmet: dict[tuple[OrderId, str | None], lp.Variable] = field(default_factory=dict)
    works: dict[tuple[OrderId, EnterpriseId], lp.Variable] = field(default_factory=dict)
    used: dict[EnterpriseId, lp.Variable] = field(default_factory=dict)
    cents: list[tuple[float, lp.Variable]] = field(default_factory=list)

    def amount(self, cents: float, *, most: float = float("inf")) -> lp.Variable:
        """A new amount, each unit of which costs something."""
        variable = self.model.new_num_var(0.0, most, None)
        if cents:
            self.cents.append((cents, variable))
        return variable


def build(
    shop: Shop, workload: Workload, ways: ShortestWays, *, orders: list[Order], whole_firms: bool
) -> Program:
    """All rows; `whole_firms`: an enterprise works on an order or does not (a mixed-integer program)."""
    program = Program(lp.Model(), shop, orders, workload, ways)  # type: ignore[no-untyped-call]
    for work in workload.works:
        program.made.append((work, program.amount(_run_cents(work))))
    stay_within_windows(program)
    set_up(program, whole=whole_firms)
    balance = _Balance(program)
    balance.add_all()
    send(program, balance.carried, whole=whole_firms)
    count_lateness(program)
    employ(program, whole_firms=whole_firms)
    return program


def build_without_ways(
    shop: Shop, workload: Workload, ways: ShortestWays, *, orders: list[Order], whole_firms: bool
) -> tuple[Program, list[lp.Variable]]:
    """Capacity and needs alone, goods being everywhere at once; and what orders that must be delivered miss."""
    program = Program(lp.Model(), shop, orders, workload, ways)  # type: ignore[no-untyped-call]
    for work in workload.works:
        program.made.append((work, program.amount(0.0)))
    stay_within_windows(program)
    there = stocked(shop, orders=orders)
    missing = [program.amount(1.0, most=float(order.quantity)) for order in orders]
    terms: dict[Good, list[tuple[float, lp.Variable]]] = defaultdict(list)
    for work, made in program.made:
        terms[work.good].append((1.0, made))
        for good, units in work.station.per_piece().items():
            terms[good].append((-units, made))
    for order, lacking in zip(orders, missing, strict=True):
        product: Good = (order.id, shop.final_item(order))
        there[product] -= order.quantity
        terms[product].append((1.0, lacking))
    for good, factors in terms.items():
        if good[0] is not None:
            program.model.add(_sum(factors) + there[good] >= 0.0)
    if whole_firms:
        employ(program, whole_firms=True)
    must = [shop.must_deliver(order) for order in orders]
    return program, [each for each, wanted in zip(missing, must, strict=True) if wanted]


def stocked(shop: Shop, *, orders: list[Order]) -> defaultdict[Good, float]:
    """Units of each item there are beside new lots: stock and fixed lots, less what fixed lots consume."""
    planned = {order.id for order in orders}
    there: defaultdict[Good, float] = defaultdict(float)
    for stock in shop.problem.stock:
        if stock.order in planned and stock.item is not None:
            there[stock.order, stock.item] += stock.quantity
    for lot in shop.problem.fixed_lots:
        if lot.order in planned:
            product = shop.problem.product_by_id[shop.problem.order_by_id[lot.order].product]
            there[lot.order, product.operation_by_id[lot.operation].makes] += lot.quantity
    for good, units in shop.fixed_wants.items():
        if good[0] in planned:
            there[good] -= units
    return there


def stay_within_windows(program: Program) -> None:
    """Σ run times in a part of a window ≤ its minutes; Σ run times and shares of set-ups ≤ the window's."""
    parts: dict[tuple[MachineId, int, int], list[tuple[float, lp.Variable]]] = defaultdict(list)
    windows: dict[tuple[MachineId, int], list[tuple[float, lp.Variable]]] = defaultdict(list)
    span: dict[tuple[MachineId, int, int], Work] = {}
    for work, made in program.made:
        machine = work.station.machine.id
        parts[machine, work.at, work.start].append((work.minutes, made))
        windows[machine, work.at].append((work.minutes + work.setup, made))
        span[machine, work.at, work.start] = work
    for (machine, at, start), terms in parts.items():
        work = span[machine, at, start]
        room = program.workload.free_minutes(work.station.machine, work.start, work.end)
        program.model.add(_sum(terms) <= room)
        whole = windows.pop((machine, at), None)
        if whole is not None:
            room = program.workload.free_minutes(work.station.machine, work.window.start, work.window.end)
            program.model.add(_sum(whole) <= room)


def set_up(program: Program, *, whole: bool) -> None:
    """What set-ups of a machine cost ≥ Σ made·share, and ≥ one set-up if it runs at all.

    At the least price of the family: another lot of it may have paid for the set-up.
    """
    by_machine: dict[MachineId, list[tuple[Work, lp.Variable]]] = defaultdict(list)
    for work, made in program.made:
        by_machine[work.station.machine.id].append((work, made))
    most = {order.id: most_units(program.shop, order) for order in program.orders}
    for works in by_machine.values():
        shares = [(_setup_cents(work, work.setup), made) for work, made in works]
        once = min(_setup_cents(work, program.workload.least_setup(work)) for work, _ in works)
        if not any(cents for cents, _ in shares):
            continue
        paid = program.amount(1.0)
        program.model.add(_sum(shares) <= paid)
        if once:
            runs = program.model.new_var(0, 1, whole, None)
            program.model.add(once * runs <= paid)
            capacity = sum(most[work.order.id][work.station.operation.makes] for work, _ in works)
            program.model.add(_sum([(1.0, made) for _, made in works]) <= capacity * runs)


def send(program: Program, carried: list["Carried"], *, whole: bool) -> None:
    """Trips cost ≥ their share of every unit that leaves a site, ≥ one trip from each site that sends, and
    ≥ one trip to each place that gets something.
    """
    least = least_trips(program.shop)
    if least.cost_nothing:
        return
    paid = program.amount(1.0)
    moved = [each for each in carried if not each.stays]
    if not moved:
        return
    program.model.add(_sum([(least.a_unit, each.units) for each in moved]) <= paid)
    by_start: dict[SiteId, list[Carried]] = defaultdict(list)
    by_end: dict[Place, list[Carried]] = defaultdict(list)
    for each in moved:
        by_start[each.start].append(each)
        by_end[each.end].append(each)
    for first_trips in (
        [
            _first_trip(program, each, cents=least.out_of[site], whole=whole)
            for site, each in by_start.items()
        ],
        [_first_trip(program, each, cents=least.into[place], whole=whole) for place, each in by_end.items()],
    ):
        if first_trips:
            program.model.add(_sum(first_trips) <= paid)


def _first_trip(
    program: Program, carried: list["Carried"], *, cents: int, whole: bool
) -> tuple[float, lp.Variable]:
    """(price, 1 if anything of it is carried at all)."""
    sends = program.model.new_var(0, 1, whole, None)
    most = sum(each.most for each in carried)
    program.model.add(_sum([(1.0, each.units) for each in carried]) <= most * sends)
    return float(cents), sends


def count_lateness(program: Program) -> None:
    """Σ made·late ≤ lateness·(the most units of the item in a piece), for each item of an order."""
    for order in program.orders:
        cents = order.tardiness_cents_per_1000_unit_day / (1000 * 1440)
        if not cents:
            continue
        lateness = program.amount(cents)
        most = most_units_a_piece(program.shop, order)
        late: dict[ItemId, list[tuple[float, lp.Variable]]] = defaultdict(list)
        for work, made in program.made:
            if work.order is order and work.late:
                late[work.station.operation.makes].append((float(work.late), made))
        for item, terms in late.items():
            program.model.add(_sum(terms) <= most[item] * lateness)


def employ(program: Program, *, whole_firms: bool) -> None:
    """Σ made by an enterprise of an item ≤ all that is needed · works; Σ works ≤ max_enterprises; fixed costs."""
    shop = program.shop
    made_by: dict[tuple[OrderId, EnterpriseId, ItemId], list[tuple[float, lp.Variable]]] = defaultdict(list)
    for work, made in program.made:
        key = (work.order.id, work.station.enterprise, work.station.operation.makes)
        made_by[key].append((1.0, made))
    units = {order.id: most_units(shop, order) for order in program.orders}
    for (order_id, enterprise, item), terms in made_by.items():
        works = _works(program, order_id, enterprise, whole=whole_firms)
        program.model.add(_sum(terms) <= units[order_id][item] * works)
    for lot in shop.problem.fixed_lots:
        site = shop.problem.machine_by_id[lot.machine].site
        enterprise = shop.problem.site_by_id[site].enterprise
        program.model.add(_works(program, lot.order, enterprise, whole=whole_firms) >= 1)
    for order in program.orders:
        if order.max_enterprises is not None:
            at_work = [(1.0, works) for (other, _), works in program.works.items() if other == order.id]
            if at_work:
                program.model.add(_sum(at_work) <= order.max_enterprises)


def most_units_a_piece(shop: Shop, order: Order) -> dict[ItemId, float]:
    """Units of each item in one piece of the product, on the machines with most scrap, not rounded."""
    return _most_consumed(shop, order, {shop.final_item(order): 1.0})


def most_units(shop: Shop, order: Order) -> dict[ItemId, float]:
    """Units of each item that a plan without waste makes at most: for every piece, and for the fixed lots.

    Fixed lots may consume more than the pieces need of it, and that has to be made of something too.
    """
    wanted: dict[ItemId, float] = {
        ItemId(item): float(units) for (owner, item), units in shop.fixed_wants.items() if owner == order.id
    }
    product = shop.final_item(order)
    wanted[product] = wanted.get(product, 0.0) + order.quantity
    return _most_consumed(shop, order, wanted)


def _most_consumed(shop: Shop, order: Order, wanted: Mapping[ItemId, float]) -> dict[ItemId, float]:
    """Units of each item for what is wanted and for all that it is made of."""
    most = dict(wanted)
    for item in reversed(shop.items_of[order.id]):
        for maker in shop.items_of[order.id]:
            stations = shop.stations[order.id, maker]
            worst = max((station.per_piece().get((order.id, item), 0.0) for station in stations), default=0.0)
            if worst:
                most[item] = most.get(item, 0.0) + worst * most.get(maker, 0.0)
    return {item: most.get(item, 0.0) for item in shop.items_of[order.id]}


def _most_useful(program: Program) -> dict[Good, float]:
    """Units of each good that plans without waste can move."""
    shop = program.shop
    most: dict[Good, float] = {}
    for order in program.orders:
        for item, units in most_units(shop, order).items():
            most[order.id, item] = units
    for material in shop.problem.materials:
        supplied = sum(supply.quantity for supply in material.supplies or ())
        stocked_units = sum(each.quantity for each in shop.problem.stock if each.material == material.id)
        most[None, material.id] = supplied + stocked_units
    return most


def _works(program: Program, order: OrderId, enterprise: EnterpriseId, *, whole: bool) -> lp.Variable:
    key = (order, enterprise)
    if key not in program.works:
        firm = program.shop.problem.enterprise_by_id[enterprise]
        works = program.model.new_var(0, 1, whole, None)
        program.cents.append((float(firm.fixed_cents_per_order), works))
        program.works[key] = works
        if enterprise not in program.used:
            program.used[enterprise] = program.amount(float(firm.fixed_cents), most=1.0)
        program.model.add(program.used[enterprise] >= works)
    return program.works[key]


def _run_cents(work: Work) -> float:
    """Run time of one piece."""
    return work.minutes * work.station.mode.cents_per_h * work.window.price_pct / 6000


def _setup_cents(work: Work, minutes: float) -> float:
    """Minutes of set-up at the least price of the family: another lot of it may have paid."""
    mode, machine = work.station.mode, work.station.machine
    least = min(other.cents_per_h for other in machine.modes if other.family == mode.family)
    return minutes * least * work.window.price_pct / 6000


def _sum(terms: list[tuple[float, lp.Variable]]) -> lp.LinearExpr:
    return lp.LinearExpr.weighted_sum([variable for _, variable in terms], [factor for factor, _ in terms])


@dataclass(frozen=True, slots=True, eq=False)
class Carried:
    """Units (at most `most` of use) that go from a site to another or to a drop; `stays`: within one site."""

    start: SiteId
    end: Place
    units: lp.Variable
    most: float
    stays: bool = False


class _Balance:
    """At every site: made and there and brought = consumed and taken away, for each good."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._shop = program.shop
        self.carried: list[Carried] = []
        self._most = _most_useful(program)
        self._plus: dict[tuple[Good, SiteId], list[tuple[float, lp.Variable]]] = defaultdict(list)
        self._there: dict[tuple[Good, SiteId], float] = defaultdict(float)

    def add_all(self) -> None:
        self._add_work()
        self._add_what_is_there()
        self._add_supplies()
        self._add_drops()
        self._add_ways()
        for place in sorted(self._plus.keys() | self._there.keys(), key=str):
            if self._plus[place]:
                self._program.model.add(_sum(self._plus[place]) + self._there[place] >= 0.0)
            elif self._there[place] < 0:
                never = self._program.model.new_num_var(0.0, 0.0, None)
                self._program.model.add(never >= -self._there[place])

    def _add_work(self) -> None:
        for work, made in self._program.made:
            self._plus[work.good, work.station.site].append((1.0, made))
            for good, units in work.station.per_piece().items():
                self._plus[good, work.station.site].append((-units, made))

    def _add_what_is_there(self) -> None:
        problem = self._shop.problem
        planned = {order.id for order in self._program.orders}
        for stock in problem.stock:
            name = stock.item if stock.material is None else stock.material
            assert name is not None
            good: Good = (stock.order, name)
            if self._shop.is_limited(good):
                self._there[good, stock.site] += stock.quantity
        for lot in problem.fixed_lots:
            site = problem.machine_by_id[lot.machine].site
            operation = problem.product_by_id[problem.order_by_id[lot.order].product].operation_by_id[
                lot.operation
            ]
            self._there[(lot.order, operation.makes), site] += lot.quantity
            for good, units in self._shop.wants_of_fixed(lot):
                if good[0] is None or good[0] in planned:
                    self._there[good, site] -= units

    def _add_supplies(self) -> None:
        for material in self._shop.problem.materials:
            for supply in material.supplies or ():
                taken = self._program.amount(supply.cents_per_1000_units / 1000, most=supply.quantity)
                self._plus[(None, material.id), supply.site].append((1.0, taken))

    def _add_drops(self) -> None:
        """Σ delivered + unmet = quantity of each drop."""
        program = self._program
        for order in program.orders:
            good: Good = (order.id, self._shop.final_item(order))
            sites = sorted({site for known, site in (*self._plus, *self._there) if known == good})
            for drop in order.drops:
                sent = [
                    (1.0, each) for site in sites for each in self._sent(order, drop, good=good, site=site)
                ]
                sent.append((1.0, self._unmet(order, drop)))
                program.model.add(_sum(sent) == drop.quantity)

    def _sent(self, order: Order, drop: Drop, *, good: Good, site: SiteId) -> list[lp.Variable]:
        weight = self._shop.weight_g(good)
        cents = self._program.ways.cents_to_drop(site, order=order, drop=drop, weight_g=weight)
        if cents is None:
            return []
        sent = self._program.amount(cents)
        self._plus[good, site].append((-1.0, sent))
        direct = self._shop.roads.to_drop(site, order=order, drop=drop)
        stays = direct is not None and direct.within_site
        self.carried.append(Carried(site, place_of(order, drop), sent, drop.quantity, stays))
        return [sent]

    def _unmet(self, order: Order, drop: Drop) -> lp.Variable:
        may_miss = not self._shop.must_deliver(order)
        price = (order.unmet_cents_per_1000_units or 0) / 1000
        unmet = self._program.amount(price, most=drop.quantity if may_miss else 0.0)
        self._program.unmet[order.id, drop.id] = unmet
        return unmet

    def _add_ways(self) -> None:
        """From every site that can have a good to every site that can use it."""
        givers: dict[Good, set[SiteId]] = defaultdict(set)
        users: dict[Good, set[SiteId]] = defaultdict(set)
        for (good, site), terms in self._plus.items():
            if any(factor > 0 for factor, _ in terms):
                givers[good].add(site)
            if any(factor < 0 for factor, _ in terms):
                users[good].add(site)
        for (good, site), there in self._there.items():
            (givers if there > 0 else users)[good].add(site)
        for good, sources in givers.items():
            weight = self._shop.weight_g(good)
            for source in sorted(sources):
                for user in sorted(users[good] - {source}):
                    cents = self._program.ways.cents(source, user, weight_g=weight)
                    if cents is not None:
                        moved = self._program.amount(cents)
                        self.carried.append(Carried(source, user, moved, self._most[good]))
                        self._plus[good, source].append((-1.0, moved))
                        self._plus[good, user].append((1.0, moved))
