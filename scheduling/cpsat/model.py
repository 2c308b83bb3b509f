"""Building a sequencing model."""

from ortools.sat.python import cp_model

from matching.problem import Order
from scheduling.cpsat.constraints.drops import add_drops
from scheduling.cpsat.constraints.firms import add_firm_rules
from scheduling.cpsat.constraints.goods import add_goods
from scheduling.cpsat.constraints.lots import add_lot_rules
from scheduling.cpsat.constraints.machines import add_machine_rules
from scheduling.cpsat.constraints.resources import add_resource_rules
from scheduling.cpsat.constraints.symmetry import order_equal_slots
from scheduling.cpsat.slots import Slot
from scheduling.cpsat.variables import Variables, make_lots
from scheduling.dispatch.shop import Shop


def build(shop: Shop, *, orders: list[Order], slots: list[Slot]) -> Variables:
    """A model of all plans whose lots fill some of `slots`; it has no objective yet."""
    variables = Variables(cp_model.CpModel(), shop, orders)
    make_lots(variables, slots)
    add_lot_rules(variables)
    add_goods(variables)
    add_drops(variables)
    add_machine_rules(variables)
    add_resource_rules(variables)
    add_firm_rules(variables)
    order_equal_slots(variables)
    return variables
