"""Parameters a product may leave open (size, logo, colour, numbers) and the values an order gives them.

A product stores its parameters as a list of objects with the fields of `Parameter`; an order stores values by
key. A number range must have exactly as many numbers as the order has pieces.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from marketplace.common.checks import below, require_choice, require_number, require_text, require_texts
from marketplace.common.errors import InvalidInput
from marketplace.orders.models import Product
from marketplace.orders.numbers import NumberRange, deal_number_range, read_number_range

__all__ = [
    "Kind",
    "NumberRange",
    "Parameter",
    "deal_number_range",
    "deal_number_ranges",
    "read_parameters",
    "read_values",
]

MOST_PARAMETERS = 30
MOST_CHOICES = 100
LONGEST_TEXT = 500
LIMIT = 10**12
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_COLOUR = re.compile(r"#[0-9a-f]{6}")


class Kind(models.TextChoices):
    TEXT = "text", _("text")
    CHOICE = "choice", _("choice")
    NUMBER = "number", _("number")
    COLOUR = "colour", _("colour")
    NUMBER_RANGE = "number_range", _("number range")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One open point of a product. `choices` for a choice; `least`, `most`, `unit` for a number."""

    key: str
    label: str
    kind: str
    is_required: bool = True
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    unit: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.key, str) or not _KEY.fullmatch(self.key):
            raise InvalidInput(
                _("A key is small letters, digits and underscores, a letter first."), field="key"
            )
        require_text(self.label, field="label", least=1, most=80)
        require_choice(self.kind, field="kind", choices=Kind.values)
        require_text(self.unit, field="unit", most=16)
        if not isinstance(self.is_required, bool):
            raise InvalidInput(_("This must be true or false."), field="is_required")
        require_texts(self.choices, field="choices", most=MOST_CHOICES, longest=80)
        if (self.kind == Kind.CHOICE) != bool(self.choices):
            raise InvalidInput(_("A choice, and nothing else, has choices."), field="choices")
        for name in ("least", "most"):
            if getattr(self, name) is not None:
                require_number(getattr(self, name), field=name, least=-LIMIT, most=LIMIT)
        if self.least is not None and self.most is not None and self.least > self.most:
            raise InvalidInput(_("The least must not be above the most."), field="most")

    def read(self, value: object, *, quantity: int) -> object:
        """The value in the form it is stored in; raises `InvalidInput` with fields relative to the value."""
        match self.kind:
            case Kind.TEXT:
                require_text(value, field="", most=LONGEST_TEXT, least=1 if self.is_required else 0)
                return value
            case Kind.CHOICE:
                require_choice(value, field="", choices=self.choices)
                return value
            case Kind.NUMBER:
                least = -LIMIT if self.least is None else self.least
                require_number(value, field="", least=least, most=LIMIT if self.most is None else self.most)
                return value
            case Kind.COLOUR:
                if not isinstance(value, str) or not _COLOUR.fullmatch(value.lower()):
                    raise InvalidInput(_("A colour is written #rrggbb."), value=repr(value)[:80])
                return value.lower()
            case _:
                return _read_range(value, quantity=quantity).as_value()


def read_parameters(value: object) -> tuple[Parameter, ...]:
    """A product's parameters from what is stored or given; raises `InvalidInput` at `parameters.<n>.<field>`."""
    if not isinstance(value, list | tuple) or len(value) > MOST_PARAMETERS:
        raise InvalidInput(
            _("At most %(most)s parameters, as a list.") % {"most": MOST_PARAMETERS}, field="parameters"
        )
    found = tuple(_read_parameter(one, at=f"parameters.{index}") for index, one in enumerate(value))
    if len({one.key for one in found}) != len(found):
        raise InvalidInput(_("Two parameters have the same key."), field="parameters")
    return found


def read_values(
    parameters: Sequence[Parameter], values: Mapping[str, Any], *, quantity: int
) -> dict[str, Any]:
    """An order's values, each in stored form; raises `InvalidInput` at `variant.<key>`."""
    if not isinstance(values, Mapping):
        raise InvalidInput(_("The values must be an object."), field="variant")
    known = {parameter.key for parameter in parameters}
    if unknown := [key for key in values if key not in known]:
        raise InvalidInput(_("The product has no such parameter."), field=f"variant.{unknown[0]}"[:80])
    found: dict[str, Any] = {}
    for parameter in parameters:
        at = f"variant.{parameter.key}"
        if values.get(parameter.key) in (None, ""):
            if parameter.is_required:
                raise InvalidInput(_("This is needed."), field=at)
            continue
        with below(at):
            found[parameter.key] = parameter.read(values[parameter.key], quantity=quantity)
    return found


def deal_number_ranges(
    *, product: Product, variant: Mapping[str, Any], quantities: Sequence[int]
) -> list[dict[str, Any]]:
    """For each lot the order's values, with its own sub-ranges (a list) in place of each number range.

    `quantities` are the lots' of one operation, in the order of dealing; see `deal_number_range`.
    """
    dealt: list[dict[str, Any]] = [dict(variant) for _quantity in quantities]
    for parameter in read_parameters(product.parameters):
        if parameter.kind == Kind.NUMBER_RANGE and parameter.key in variant:
            parts = deal_number_range(read_number_range(variant[parameter.key]), quantities)
            for values, part in zip(dealt, parts, strict=True):
                values[parameter.key] = [one.as_value() for one in part]
    return dealt


def _read_parameter(value: object, *, at: str) -> Parameter:
    names = {one.name for one in fields(Parameter)}
    if not isinstance(value, Mapping) or not {"key", "label", "kind"} <= set(value):
        raise InvalidInput(_("A parameter has a key, a label and a kind."), field=at)
    if unknown := set(value) - names:
        raise InvalidInput(_("A parameter does not know this field."), field=f"{at}.{min(map(str, unknown))}")
    with below(at):
        choices = value.get("choices", ())
        if not isinstance(choices, list | tuple):
            raise InvalidInput(_("This must be a list."), field="choices")
        return Parameter(**{**value, "choices": tuple(choices)})


def _read_range(value: object, *, quantity: int) -> NumberRange:
    found = read_number_range(value)
    if found.size != quantity:
        raise InvalidInput(
            _("The range has %(size)s numbers, the order %(quantity)s pieces.")
            % {"size": f"{found.size:,}", "quantity": f"{quantity:,}"},
            value=found.size,
            rule="numbers = pieces",
        )
    return found
