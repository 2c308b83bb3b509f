"""A product: its steps, what each step needs, what stays open until somebody orders."""

import re
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from marketplace.capacity.models import Process
from marketplace.common.checks import below
from marketplace.common.errors import DomainError, InvalidInput
from marketplace.common.form_fields import RowSet, WordsField
from marketplace.orders.models import Product
from marketplace.orders.routing import MOST_OPERATIONS, NeedDraft, OperationDraft
from marketplace.orders.services import ProductDraft
from marketplace.orders.variants import MOST_PARAMETERS, Kind, Parameter

MOST_NEED_ROWS = 300
STEP_FIELD = re.compile(r"operations\.(\d+)\.(\w+)")
NEED_FIELD = re.compile(r"operations\.(\d+)\.needs\.(\d+)(?:\.(\w+))?")
PARAMETER_FIELD = re.compile(r"parameters\.(\d+)\.(\w+)")


class ProductForm(forms.Form):
    code = forms.SlugField(label=_("code"), max_length=40)
    name = forms.CharField(label=_("name"), max_length=120)
    material_code = forms.CharField(
        label=_("made of"),
        max_length=40,
        required=False,
        help_text=_("A material code machines are asked for."),
    )
    size_mm = forms.IntegerField(label=_("largest dimension, mm"), min_value=1, required=False)
    tolerance_um = forms.IntegerField(label=_("tolerance, µm"), min_value=1, required=False)


class StepForm(forms.Form):
    code = forms.SlugField(label=_("step"), max_length=40)
    name = forms.CharField(label=_("name"), max_length=120)
    process = forms.ChoiceField(label=_("process"), choices=Process.choices)
    makes = forms.SlugField(
        label=_("makes"), max_length=40, required=False, help_text=_("Empty: an item named like the step.")
    )
    unit = forms.CharField(label=_("unit of what it makes"), max_length=16, initial="piece", required=False)
    standard_units_per_h = forms.IntegerField(
        label=_("standard quantity an hour"), min_value=1, required=False
    )
    weight_g = forms.IntegerField(label=_("weight of a piece, g"), min_value=0, initial=0, required=False)
    hold_min = forms.IntegerField(
        label=_("waiting time after, minutes"), min_value=0, initial=0, required=False
    )
    certificates = WordsField(label=_("certificates"), max_length=600, required=False)


class NeedForm(forms.Form):
    """`num` of `what` for every `den` pieces of the step."""

    step = forms.SlugField(label=_("step"), max_length=40)
    what = forms.CharField(label=_("needs (an item or a material code)"), max_length=40)
    num = forms.IntegerField(label=_("how many"), min_value=1, initial=1)
    den = forms.IntegerField(label=_("for so many pieces"), min_value=1, initial=1)


class ParameterForm(forms.Form):
    key = forms.CharField(label=_("key"), max_length=40)
    label = forms.CharField(label=_("label"), max_length=80)
    kind = forms.ChoiceField(label=_("kind"), choices=Kind.choices, initial=Kind.TEXT)
    choices = WordsField(label=_("choices"), max_length=2000, required=False)
    least = forms.FloatField(label=_("least"), required=False)
    most = forms.FloatField(label=_("most"), required=False)
    unit = forms.CharField(label=_("unit"), max_length=16, required=False)
    is_optional = forms.BooleanField(label=_("may stay empty"), required=False)


class MaterialForm(forms.Form):
    code = forms.SlugField(label=_("code"), max_length=40)
    name = forms.CharField(label=_("name"), max_length=120)
    unit = forms.CharField(label=_("unit"), max_length=16, initial="piece")
    weight_g = forms.IntegerField(label=_("weight of a unit, g"), min_value=0, initial=0)


StepForms = formset_factory(
    StepForm, formset=RowSet, extra=0, min_num=1, validate_min=True, max_num=MOST_OPERATIONS, absolute_max=MOST_OPERATIONS,
    validate_max=True, can_delete=True,
)  # fmt: skip
NeedForms = formset_factory(
    NeedForm, formset=RowSet, extra=1, max_num=MOST_NEED_ROWS, absolute_max=MOST_NEED_ROWS, validate_max=True,
    can_delete=True,
)  # fmt: skip
ParameterForms = formset_factory(
    ParameterForm, formset=RowSet, extra=1, max_num=MOST_PARAMETERS, absolute_max=MOST_PARAMETERS, validate_max=True,
    can_delete=True,
)  # fmt: skip


class ProductForms:
    """The four parts of the editor, read and refused together."""

    def __init__(self, data: Any = None, *, initial: "dict[str, Any] | None" = None) -> None:
        first = initial or {}
        self.product = ProductForm(data, initial=first.get("product"))
        self.steps: BaseFormSet[Any] = StepForms(data, prefix="steps", initial=first.get("steps"))
        self.needs: BaseFormSet[Any] = NeedForms(data, prefix="needs", initial=first.get("needs"))
        self.parameters: BaseFormSet[Any] = ParameterForms(
            data, prefix="parameters", initial=first.get("parameters")
        )

    def is_valid(self) -> bool:
        answers = [part.is_valid() for part in (self.product, self.steps, self.needs, self.parameters)]
        return all(answers)

    def draft(self) -> ProductDraft:
        steps = _kept(self.steps)
        self._refuse_needs_of_unknown_steps({form.cleaned_data["code"] for form in steps})
        items = {form.cleaned_data["makes"] or form.cleaned_data["code"] for form in steps}
        return ProductDraft(
            operations=tuple(self._operation(form.cleaned_data, items=items) for form in steps),
            parameters=tuple(
                _parameter(form.cleaned_data, at=f"parameters.{n}")
                for n, form in enumerate(_kept(self.parameters))
            ),
            **self.product.cleaned_data,
        )

    def tell(self, error: DomainError) -> None:
        """Put a refusal of the domain beside the field it is about."""
        form: forms.Form = self.product
        field: str | None = error.field
        if match := NEED_FIELD.fullmatch(error.field):
            step = _kept(self.steps)[int(match[1])].cleaned_data["code"]
            form, field = self._needs_of(step)[int(match[2])], match[3]
            field = "what" if field in ("item", "material") else field
        elif match := STEP_FIELD.fullmatch(error.field):
            form, field = _kept(self.steps)[int(match[1])], match[2]
        elif match := PARAMETER_FIELD.fullmatch(error.field):
            form, field = _kept(self.parameters)[int(match[1])], match[2]
        form.add_error(field if field in form.fields else None, str(error.text))

    def _operation(self, data: dict[str, Any], *, items: set[str]) -> OperationDraft:
        needs = tuple(_need(form.cleaned_data, items=items) for form in self._needs_of(data["code"]))
        return OperationDraft(
            code=data["code"],
            name=data["name"],
            process=data["process"],
            makes=data["makes"],
            needs=needs,
            certificates=data["certificates"],
            weight_g=data["weight_g"] or 0,
            hold_min=data["hold_min"] or 0,
            standard_units_per_h=data["standard_units_per_h"],
            unit=data["unit"] or "piece",
        )

    def _needs_of(self, step: str) -> list[NeedForm]:
        return [form for form in _kept(self.needs) if form.cleaned_data["step"] == step]

    def _refuse_needs_of_unknown_steps(self, steps: set[str]) -> None:
        for form in _kept(self.needs):
            if form.cleaned_data["step"] not in steps:
                form.add_error("step", _("There is no such step."))
                raise InvalidInput(_("A need belongs to a step that is not there."))


def initial_of(product: Product, *, is_copy: bool) -> dict[str, Any]:
    """What the editor starts from: the product itself, or a copy under another code."""
    operations = list(product.operations.all())
    return {
        "product": {
            "code": f"{product.code}-2"[:40] if is_copy else product.code,
            "name": product.name,
            "material_code": product.material_code,
            "size_mm": product.size_mm,
            "tolerance_um": product.tolerance_um,
        },
        "steps": [
            {
                "code": one.code,
                "name": one.name,
                "process": one.process,
                "makes": one.makes,
                "standard_units_per_h": one.standard_units_per_h,
                "unit": one.unit,
                "weight_g": one.weight_g,
                "hold_min": one.hold_min,
                "certificates": one.certificates,
            }
            for one in operations
        ],
        "needs": [
            {
                "step": one.code,
                "what": need.item or (need.material.code if need.material else ""),
                "num": need.num,
                "den": need.den,
            }
            for one in operations
            for need in one.needs.all()
        ],
        "parameters": [
            {**value, "is_optional": not value.get("is_required", True)} for value in product.parameters
        ],
    }


def _kept(formset: "BaseFormSet[Any]") -> list[Any]:
    """Forms somebody filled in and did not remove, in order."""
    return [form for form in formset.forms if form.has_changed() and not form.cleaned_data.get("DELETE")]


def _need(data: dict[str, Any], *, items: set[str]) -> NeedDraft:
    is_item = data["what"] in items
    return NeedDraft(
        item=data["what"] if is_item else "",
        material="" if is_item else data["what"],
        num=data["num"],
        den=data["den"],
    )


def _parameter(data: dict[str, Any], *, at: str) -> Parameter:
    with below(at):
        return Parameter(
            key=data["key"],
            label=data["label"],
            kind=data["kind"],
            is_required=not data["is_optional"],
            choices=data["choices"],
            least=data["least"],
            most=data["most"],
            unit=data["unit"],
        )
