"""A buyer's own products and materials. A routing that orders rely on is not changed: it is copied."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.common.checks import require_text, require_whole
from marketplace.common.errors import Conflict, Forbidden, InvalidInput
from marketplace.orders import selectors
from marketplace.orders.models import Material, Operation, OperationNeed, Order, Product
from marketplace.orders.routing import MAX_WEIGHT_G, OperationDraft, check_routing, require_code
from marketplace.orders.variants import Parameter

MAX_SIZE_MM = 100_000
MAX_TOLERANCE_UM = 100_000


class CodeTaken(Conflict):
    """The enterprise has another product, or material, of that code."""

    code = "orders:code-taken"


class ProductInUse(Conflict):
    """Orders rely on the routing as it is."""

    code = "orders:product-in-use"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductDraft:
    """A product with its routing; materials are named by code."""

    code: str
    name: str
    operations: tuple[OperationDraft, ...]
    parameters: tuple[Parameter, ...] = ()
    material_code: str = ""
    size_mm: int | None = None
    tolerance_um: int | None = None

    def __post_init__(self) -> None:
        require_code(self.code, field="code")
        require_text(self.name, field="name", least=1, most=120)
        require_text(self.material_code, field="material_code", most=40)
        if self.size_mm is not None:
            require_whole(self.size_mm, field="size_mm", least=1, most=MAX_SIZE_MM)
        if self.tolerance_um is not None:
            require_whole(self.tolerance_um, field="tolerance_um", least=1, most=MAX_TOLERANCE_UM)
        check_routing(self.operations)


@transaction.atomic
def create_product(*, viewer: Viewer, draft: ProductDraft) -> Product:
    """The viewer's own product. Raises `CodeTaken`, or `InvalidInput` for an unknown material."""
    product = Product(owner_id=_require_maker(viewer))
    _write(product, draft, viewer=viewer)
    return product


@transaction.atomic
def update_product(*, viewer: Viewer, product: str, draft: ProductDraft) -> Product:
    """Draw the product with this public id anew, unless an order relies on it (`ProductInUse`)."""
    _require_maker(viewer)
    found = selectors.product(viewer=viewer, product=product)
    row = Product.objects.select_for_update(no_key=True).get(pk=found.pk)
    if row.owner_id != viewer.enterprise_id:
        raise Forbidden(_("A template can be copied, not changed."))
    if Order.objects.filter(product=row).exclude(status=Order.Status.CANCELLED).exists():
        raise ProductInUse(_("An order relies on this product; make a copy and change that."))
    row.operations.all().delete()
    _write(row, draft, viewer=viewer)
    return row


@transaction.atomic
def create_material(
    *, viewer: Viewer, code: str, name: str, unit: str = "piece", weight_g: int = 0
) -> Material:
    """The viewer's own material, seen by nobody else. Raises `CodeTaken`."""
    owner_id = _require_maker(viewer)
    require_code(code, field="code")
    require_text(name, field="name", least=1, most=120)
    require_text(unit, field="unit", least=1, most=16)
    require_whole(weight_g, field="weight_g", least=0, most=MAX_WEIGHT_G)
    if selectors.materials(viewer=viewer).filter(code=code).exists():
        raise CodeTaken(_("There is a material of this code already."), field="code")
    return Material.objects.create(
        owner_id=owner_id, code=code, name=name.strip(), unit=unit.strip(), weight_g=weight_g
    )


def _require_maker(viewer: Viewer) -> int:
    """The enterprise the product will belong to: a buyer's or a coordinator's."""
    if viewer.enterprise_id is None or viewer.is_factory:
        raise Forbidden(_("Only a buyer has products."))
    viewer.require_planner()
    return viewer.enterprise_id


def _write(product: Product, draft: ProductDraft, *, viewer: Viewer) -> None:
    product.code = draft.code
    product.name = draft.name.strip()
    product.parameters = [_stored(parameter) for parameter in draft.parameters]
    product.material_code = draft.material_code.strip()
    product.size_mm = draft.size_mm
    product.tolerance_um = draft.tolerance_um
    try:
        with transaction.atomic():
            product.save()
    except IntegrityError as error:
        if "one_product_per_code" not in str(error):
            raise
        raise CodeTaken(_("You have another product with this code."), field="code") from error
    _write_routing(product, draft.operations, viewer=viewer)


def _stored(parameter: Parameter) -> dict[str, Any]:
    return {
        "key": parameter.key,
        "label": parameter.label,
        "kind": str(parameter.kind),
        "is_required": parameter.is_required,
        "choices": list(parameter.choices),
        "least": parameter.least,
        "most": parameter.most,
        "unit": parameter.unit,
    }


def _write_routing(product: Product, operations: Sequence[OperationDraft], *, viewer: Viewer) -> None:
    materials = _materials(operations, viewer=viewer)
    rows = Operation.objects.bulk_create(
        Operation(
            product=product,
            position=position,
            code=one.code,
            name=one.name.strip(),
            process=one.process,
            makes=one.item,
            unit=one.unit.strip(),
            certificates=list(one.certificates),
            weight_g=one.weight_g,
            hold_min=one.hold_min,
            standard_units_per_h=one.standard_units_per_h,
        )
        for position, one in enumerate(operations)
    )
    OperationNeed.objects.bulk_create(
        OperationNeed(
            operation=row,
            item=need.item,
            material=materials[need.material] if need.material else None,
            num=need.num,
            den=need.den,
        )
        for row, one in zip(rows, operations, strict=True)
        for need in one.needs
    )


def _materials(operations: Sequence[OperationDraft], *, viewer: Viewer) -> dict[str, Material]:
    """By code."""
    visible = selectors.materials(viewer=viewer)
    found: dict[str, Material] = {}
    for material in visible.filter(code__in={n.material for one in operations for n in one.needs}):
        found.setdefault(material.code, material)
    for index, one in enumerate(operations):
        for position, need in enumerate(one.needs):
            if need.material and need.material not in found:
                raise InvalidInput(
                    _("There is no such material."),
                    field=f"operations.{index}.needs.{position}.material",
                    value=need.material,
                )
    return found
