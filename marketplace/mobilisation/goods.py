"""Which machines and orders the goods of a declaration cover."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from marketplace.capacity.market import listed_equipment
from marketplace.capacity.models import Capability, Equipment, Rate
from marketplace.mobilisation.models import Declaration
from marketplace.orders.models import Order, Product


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """Declared processes, and declared product templates with the processes of their routings."""

    processes: frozenset[str]
    routings: tuple[tuple[Product, frozenset[str]], ...]

    @property
    def all_processes(self) -> frozenset[str]:
        return self.processes.union(*(processes for _product, processes in self.routings))

    def cover(self, capability: Capability) -> bool:
        """The capability is for a declared process, or can make a step of a declared product."""
        return capability.process in self.processes or any(
            capability.process in processes and _can_make(capability, product)
            for product, processes in self.routings
        )

    def meant_by(self, rate: Rate) -> bool:
        """The rate is for what is declared: any product of a declared process, or a declared product."""
        return rate.process in self.processes or any(
            rate.process in processes and rate.product_code in ("", product.code)
            for product, processes in self.routings
        )


def goods_of(declaration: Declaration) -> Goods:
    """Two queries."""
    products = templates().filter(code__in=declaration.products).prefetch_related("operations")
    return Goods(
        processes=frozenset(declaration.processes),
        routings=tuple(
            (product, frozenset(operation.process for operation in product.operations.all()))
            for product in products
        ),
    )


def templates() -> QuerySet[Product]:
    """Products that everybody orders: only these are declared, for everybody reads the same in them."""
    return Product.objects.filter(owner=None).order_by("name")


def covered_machines(declaration: Declaration) -> list[Equipment]:
    """Machines offered on the network in the declared regions that fit the declared goods, by owner and id."""
    goods = goods_of(declaration)
    processes = goods.all_processes
    if not processes or not declaration.regions:
        return []
    found = listed_equipment(regions=declaration.regions, processes=processes)
    fitting = [m for m in found if any(goods.cover(capability) for capability in m.capabilities.all())]
    return sorted(fitting, key=lambda machine: (machine.enterprise_id, machine.pk))


def covered_processes(machine: Equipment, goods: Goods) -> Iterable[Capability]:
    return (capability for capability in machine.capabilities.all() if goods.cover(capability))


def covered_orders(declaration: Declaration) -> QuerySet[Order]:
    """Orders of public buyers for declared products."""
    return (
        Order.objects.filter(
            Q(product__owner=None, product__code__in=declaration.products), buyer__is_public_body=True
        )
        .select_related("buyer", "product")
        .order_by("due_at", "id")
    )


def _can_make(capability: Capability, product: Product) -> bool:
    """By material, size and tolerance; what is not said sets no limit."""
    if product.material_code and capability.materials and product.material_code not in capability.materials:
        return False
    if product.size_mm is not None:
        least, most = capability.min_size_mm or 0, capability.max_size_mm
        if product.size_mm < least or (most is not None and product.size_mm > most):
            return False
    return (
        product.tolerance_um is None
        or capability.tolerance_um is None
        or capability.tolerance_um <= product.tolerance_um
    )
