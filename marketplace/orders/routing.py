"""A routing as somebody draws it: operations, what they make and need. Checked as a graph when built. Pure.

Operations are tied by items: one makes an item, others need it. Two operations may make the same item
(alternative processes). Exactly one item is needed by nobody: the product itself. The graph has no cycle.
"""

import re
from collections import Counter
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from marketplace.capacity.models import Process
from marketplace.common.checks import require_choice, require_text, require_texts, require_whole
from marketplace.common.errors import InvalidInput

MOST_OPERATIONS = 50
MOST_NEEDS = 30
MAX_FACTOR = 10**6
MAX_WEIGHT_G = 10**9
MAX_HOLD_MIN = 60 * 1440
MAX_UNITS_PER_H = 10**7
_CODE = re.compile(r"[a-zA-Z0-9_-]{1,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedDraft:
    """`num`/`den` units of an item of the routing, or of a material (its code), for each piece started."""

    item: str = ""
    material: str = ""
    num: int = 1
    den: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationDraft:
    """A step. `makes` is the item it makes; empty: an item named like the step."""

    code: str
    name: str
    process: str
    makes: str = ""
    needs: tuple[NeedDraft, ...] = ()
    certificates: tuple[str, ...] = ()
    weight_g: int = 0
    hold_min: int = 0
    standard_units_per_h: int | None = None
    unit: str = "piece"

    @property
    def item(self) -> str:
        return self.makes or self.code


def check_routing(operations: tuple[OperationDraft, ...]) -> None:
    """Raises `InvalidInput` at `operations.<n>.<field>` for the first rule that is broken."""
    if not 1 <= len(operations) <= MOST_OPERATIONS:
        raise InvalidInput(
            _("A routing has 1 to %(most)s operations.") % {"most": MOST_OPERATIONS}, field="operations"
        )
    for index, operation in enumerate(operations):
        _check_operation(operation, at=f"operations.{index}")
    _check_codes(operations)
    _check_weights(operations)
    _check_needs_are_made(operations)
    _check_no_cycle(operations)
    final_item(operations)


def final_item(operations: tuple[OperationDraft, ...]) -> str:
    """The one item nobody needs."""
    needed = {need.item for operation in operations for need in operation.needs}
    finals = sorted({operation.item for operation in operations} - needed)
    if len(finals) != 1:
        raise InvalidInput(
            _("Exactly one item must be needed by nobody: the product. Here it is: %(items)s.")
            % {"items": ", ".join(finals)},
            field="operations",
            value=finals,
        )
    return finals[0]


def _check_operation(operation: OperationDraft, *, at: str) -> None:
    require_code(operation.code, field=f"{at}.code")
    if operation.makes:
        require_code(operation.makes, field=f"{at}.makes")
    require_text(operation.name, field=f"{at}.name", least=1, most=120)
    require_text(operation.unit, field=f"{at}.unit", least=1, most=16)
    require_choice(operation.process, field=f"{at}.process", choices=Process.values)
    require_texts(operation.certificates, field=f"{at}.certificates", most=20, longest=40)
    require_whole(operation.weight_g, field=f"{at}.weight_g", least=0, most=MAX_WEIGHT_G)
    require_whole(operation.hold_min, field=f"{at}.hold_min", least=0, most=MAX_HOLD_MIN)
    if operation.standard_units_per_h is not None:
        require_whole(
            operation.standard_units_per_h,
            field=f"{at}.standard_units_per_h",
            least=1,
            most=MAX_UNITS_PER_H,
        )
    if len(operation.needs) > MOST_NEEDS:
        raise InvalidInput(_("At most %(most)s needs.") % {"most": MOST_NEEDS}, field=f"{at}.needs")
    for index, need in enumerate(operation.needs):
        _check_need(need, at=f"{at}.needs.{index}")
    names = [need.item or f"material {need.material}" for need in operation.needs]
    if len(set(names)) != len(names):
        raise InvalidInput(_("The same thing is needed twice."), field=f"{at}.needs")


def _check_need(need: NeedDraft, *, at: str) -> None:
    require_text(need.item, field=f"{at}.item", most=40)
    require_text(need.material, field=f"{at}.material", most=40)
    if bool(need.item) == bool(need.material):
        raise InvalidInput(_("A need is an item of this routing or a material, not both."), field=at)
    require_whole(need.num, field=f"{at}.num", least=1, most=MAX_FACTOR)
    require_whole(need.den, field=f"{at}.den", least=1, most=MAX_FACTOR)


def require_code(value: object, *, field: str) -> None:
    """Letters, digits, hyphens and underscores, 1 to 40 of them."""
    if not isinstance(value, str) or not _CODE.fullmatch(value):
        raise InvalidInput(
            _("A code is 1 to 40 letters, digits, hyphens and underscores."),
            field=field,
            value=repr(value)[:80],
        )


def _check_codes(operations: tuple[OperationDraft, ...]) -> None:
    seen = Counter(operation.code for operation in operations)
    for index, operation in enumerate(operations):
        if seen[operation.code] > 1:
            raise InvalidInput(_("Two operations have the same code."), field=f"operations.{index}.code")


def _check_weights(operations: tuple[OperationDraft, ...]) -> None:
    weights: dict[str, int] = {}
    for index, operation in enumerate(operations):
        if weights.setdefault(operation.item, operation.weight_g) != operation.weight_g:
            raise InvalidInput(
                _("Operations that make the same item give it the same weight."),
                field=f"operations.{index}.weight_g",
            )


def _check_needs_are_made(operations: tuple[OperationDraft, ...]) -> None:
    made = {operation.item for operation in operations}
    for index, operation in enumerate(operations):
        for position, need in enumerate(operation.needs):
            if need.item and need.item not in made:
                raise InvalidInput(
                    _("No operation makes %(item)s.") % {"item": need.item},
                    field=f"operations.{index}.needs.{position}.item",
                    value=need.item,
                )


def _check_no_cycle(operations: tuple[OperationDraft, ...]) -> None:
    """Take away operations whose needs are all made already; what stays is in a cycle or behind one."""
    rest = dict(enumerate(operations))
    while rest:
        unmade = {operation.item for operation in rest.values()}
        ready = [n for n, one in rest.items() if not any(need.item in unmade for need in one.needs)]
        if not ready:
            names = ", ".join(operation.code for operation in rest.values())
            raise InvalidInput(
                _("These operations need each other in a circle: %(names)s.") % {"names": names},
                field=f"operations.{min(rest)}.needs",
                value=names,
            )
        for number in ready:
            del rest[number]
