"""An order: what, how many, when, where, on which conditions. Moments are by the buyer's clock."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Enterprise
from marketplace.accounts.places import city_named
from marketplace.common.errors import DomainError
from marketplace.common.form_fields import LocalMomentField, MoneyField, RowSet, WordsField
from marketplace.common.money import CURRENCIES
from marketplace.orders.drafts import MOST_DROPS, DropDraft, OrderDraft, SupplyDraft
from marketplace.orders.models import Material, MaterialSupply, Order, Product
from marketplace.orders.numbers import MAX_NUMBER, MOST_DIGITS
from marketplace.orders.variants import Kind, Parameter, read_parameters

BP_PER_PCT = 100
DROP_FIELD = re.compile(r"drops\.(\d+)\.(\w+)")


class OrderForm(forms.Form):
    """The order of one product; its parameters and materials have fields of their own."""

    title = forms.CharField(
        label=_("title"), max_length=160, required=False, help_text=_("Empty: the product's name.")
    )
    quantity = forms.IntegerField(label=_("quantity"), min_value=1)
    due_at = LocalMomentField(label=_("due"))
    release_at = LocalMomentField(label=_("not before"), required=False)
    certificates = WordsField(
        label=_("standards the factories must hold"),
        max_length=600,
        required=False,
        help_text=_("Separated by commas."),
    )
    regions = WordsField(
        label=_("only in these provinces or states"),
        max_length=2000,
        required=False,
        help_text=_("Separated by commas; empty: anywhere."),
    )
    max_enterprises = forms.IntegerField(label=_("at most this many factories"), min_value=1, required=False)
    split_allowed = forms.BooleanField(label=_("may be split over factories"), required=False, initial=True)
    verified_only = forms.BooleanField(label=_("verified factories only"), required=False)
    budget = MoneyField(label=_("budget, net"), required=False)
    currency = forms.ChoiceField(label=_("currency"), choices=[(one, one) for one in CURRENCIES])
    tax_pct = forms.DecimalField(
        label=_("tax, %"), min_value=Decimal(0), max_value=Decimal(100), decimal_places=2, initial=Decimal(13)
    )
    seller_of_record = forms.ChoiceField(label=_("seller of record"), required=False)

    FIELD_OF = {"tax_bp": "tax_pct", "budget_cents": "budget"}
    CONDITIONS = (
        "certificates", "regions", "max_enterprises", "split_allowed", "verified_only", "budget", "currency",
        "tax_pct", "seller_of_record", "release_at",
    )  # fmt: skip

    def __init__(self, *args: Any, product: Product, sellers: Iterable[Enterprise], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.product = product
        self.parameters = read_parameters(product.parameters)
        self.materials = _materials(product)
        self.fields["quantity"].label = _quantity_in(product.unit)
        seller = self.fields["seller_of_record"]
        assert isinstance(seller, forms.ChoiceField)
        seller.choices = [("", _("each factory sells its share")), *((s.public_id, s.name) for s in sellers)]
        for parameter in self.parameters:
            self.fields |= _parameter_fields(parameter)
        for material in self.materials:
            self.fields[f"supply_{material.code}"] = forms.ChoiceField(
                label=_("who supplies %(material)s") % {"material": material.name},
                choices=MaterialSupply.Supplier.choices,
            )

    @property
    def first_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("quantity", "due_at", "title")]

    @property
    def variant_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("variant_")]

    @property
    def condition_fields(self) -> list[forms.BoundField]:
        supplies = [name for name in self.fields if name.startswith("supply_")]
        return [self[name] for name in (*self.CONDITIONS, *supplies)]

    def draft(self, drops: tuple[DropDraft, ...]) -> OrderDraft:
        data = self.cleaned_data
        return OrderDraft(
            product=self.product.public_id,
            title=data["title"],
            quantity=data["quantity"],
            due_at=data["due_at"],
            release_at=data["release_at"],
            drops=drops,
            certificates=data["certificates"],
            regions=data["regions"],
            max_enterprises=data["max_enterprises"],
            split_allowed=data["split_allowed"],
            verified_only=data["verified_only"],
            budget_cents=data["budget"],
            currency=data["currency"],
            tax_bp=int(data["tax_pct"] * BP_PER_PCT),
            seller_of_record=data["seller_of_record"],
            variant=self._variant(),
            supplies=tuple(
                SupplyDraft(material=one.code, supplier=data[f"supply_{one.code}"]) for one in self.materials
            ),
        )

    def tell(self, error: DomainError, *, drops: "list[DropForm]") -> None:
        """Put a refusal of the domain beside the field it is about."""
        if match := DROP_FIELD.fullmatch(error.field):
            form, field = drops[int(match[1])], match[2]
            form.add_error(field if field in form.fields else None, str(error.text))
            return
        field = self.FIELD_OF.get(error.field, error.field.replace(".", "_"))
        if field not in self.fields and f"{field}_first" in self.fields:
            field = f"{field}_first"
        self.add_error(field if field in self.fields else None, str(error.text))

    def _variant(self) -> dict[str, Any]:
        data = self.cleaned_data
        values: dict[str, Any] = {}
        for parameter in self.parameters:
            name = f"variant_{parameter.key}"
            if parameter.kind != Kind.NUMBER_RANGE:
                value = data[name]
                if value not in (None, ""):
                    values[parameter.key] = _plain(value)
            elif data[f"{name}_first"] is not None:
                first = data[f"{name}_first"]
                values[parameter.key] = {
                    "first": first,
                    "last": first + data["quantity"] - 1,
                    "prefix": data[f"{name}_prefix"],
                    "digits": data[f"{name}_digits"] or 1,
                }
        return values


class DropForm(forms.Form):
    """A place. Its position follows from the city unless it is given; alone it takes the whole quantity."""

    name = forms.CharField(label=_("place"), max_length=120, help_text=_("A warehouse, a depot."))
    city = forms.CharField(label=_("city"), max_length=80)
    address = forms.CharField(label=_("address"), max_length=240, required=False)
    lat = forms.FloatField(label=_("latitude, °"), min_value=-90, max_value=90, required=False)
    lon = forms.FloatField(label=_("longitude, °"), min_value=-180, max_value=180, required=False)
    quantity = forms.IntegerField(label=_("quantity"), min_value=1, required=False)
    due_at = LocalMomentField(label=_("due"), required=False)

    def __init__(self, *args: Any, unit: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["quantity"].label = _quantity_in(unit)

    @property
    def first_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("name", "city", "address", "quantity", "due_at")]

    @property
    def position_fields(self) -> list[forms.BoundField]:
        return [self["lat"], self["lon"]]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (data.get("lat") is None or data.get("lon") is None) and data.get("city"):
            near = city_named(data["city"])
            if near is None:
                self.add_error(
                    "city", _("We do not know this city: take one of the list, or tap its place on the map.")
                )
            else:
                data["lat"], data["lon"] = near.lat, near.lon
        return data


DropForms = formset_factory(
    DropForm, formset=RowSet, min_num=1, extra=0, max_num=MOST_DROPS, absolute_max=MOST_DROPS, validate_min=True,
    validate_max=True, can_delete=True,
)  # fmt: skip


def drop_forms(formset: "BaseFormSet[Any]") -> list[DropForm]:
    """The forms of the places that stay, in order."""
    return [form for form in formset.forms if form.has_changed() and not form.cleaned_data.get("DELETE")]


def drop_drafts(forms_: list[DropForm], *, quantity: int) -> tuple[DropDraft, ...]:
    """A single place without a quantity takes the order's."""
    return tuple(
        DropDraft(
            name=form.cleaned_data["name"],
            city=form.cleaned_data["city"],
            address=form.cleaned_data["address"],
            lat=form.cleaned_data["lat"],
            lon=form.cleaned_data["lon"],
            quantity=form.cleaned_data["quantity"] or (quantity if len(forms_) == 1 else 0),
            due_at=form.cleaned_data["due_at"],
        )
        for form in forms_
    )


def initial_of(order: Order, *, with_dates: bool = False) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What a copy of the order starts from: the form's values and the places'; a copy has dates of its own.

    The only place of an order takes its whole quantity, whatever that becomes.
    """
    values: dict[str, Any] = {
        "title": order.title,
        "quantity": order.quantity,
        "certificates": order.certificates,
        "regions": order.regions,
        "max_enterprises": order.max_enterprises,
        "split_allowed": order.split_allowed,
        "verified_only": order.verified_only,
        "budget": order.budget_cents,
        "currency": order.currency,
        "tax_pct": Decimal(order.tax_bp) / BP_PER_PCT,
        "seller_of_record": order.seller_of_record.public_id if order.seller_of_record else "",
    }
    for key, value in order.variant.items():
        if isinstance(value, dict):
            values |= {f"variant_{key}_{part}": value[part] for part in ("first", "prefix", "digits")}
        else:
            values[f"variant_{key}"] = value
    values |= {f"supply_{one.material.code}": one.supplier for one in order.supplies.all()}
    places = list(order.drops.all())
    drops: list[dict[str, Any]] = [
        {
            "name": drop.name, "city": drop.city, "address": drop.address, "lat": drop.lat, "lon": drop.lon,
            "quantity": drop.quantity if len(places) > 1 else None,
        }
        for drop in places
    ]  # fmt: skip
    if with_dates:
        values |= {"due_at": order.due_at, "release_at": order.release_at}
        for shown, drop in zip(drops, places, strict=True):
            shown["due_at"] = None if drop.due_at == order.due_at else drop.due_at
    return values, drops


def usual_due(now: datetime) -> datetime:
    """A fortnight ahead, on the full hour."""
    return (now + timedelta(days=14)).replace(minute=0, second=0, microsecond=0)


def _quantity_in(unit: str) -> str:
    return str(_("quantity, pieces")) if unit == "piece" else str(_("quantity, %(unit)s") % {"unit": unit})


def _materials(product: Product) -> list[Material]:
    found = {
        need.material.code: need.material
        for operation in product.operations.all()
        for need in operation.needs.all()
        if need.material is not None
    }
    return [found[code] for code in sorted(found)]


def _parameter_fields(parameter: Parameter) -> dict[str, forms.Field]:
    name, label, needed = f"variant_{parameter.key}", parameter.label, parameter.is_required
    if parameter.unit:
        label = f"{label}, {parameter.unit}"
    match parameter.kind:
        case Kind.CHOICE:
            choices = [(one, one) for one in parameter.choices]
            return {
                name: forms.ChoiceField(
                    label=label, required=needed, choices=choices if needed else [("", "–"), *choices]
                )
            }
        case Kind.NUMBER:
            return {
                name: forms.FloatField(
                    label=label, required=needed, min_value=parameter.least, max_value=parameter.most
                )
            }
        case Kind.COLOUR:
            widget = forms.TextInput(attrs={"type": "color"})
            return {name: forms.CharField(label=label, required=needed, widget=widget)}
        case Kind.NUMBER_RANGE:
            return {
                f"{name}_first": forms.IntegerField(
                    label=_("%(label)s: first number") % {"label": label},
                    required=needed,
                    min_value=0,
                    max_value=MAX_NUMBER,
                    help_text=_("One number for each piece, counted on from here."),
                ),
                f"{name}_prefix": forms.CharField(
                    label=_("%(label)s: letters in front") % {"label": label}, required=False, max_length=20
                ),
                f"{name}_digits": forms.IntegerField(
                    label=_("%(label)s: digits") % {"label": label},
                    required=False,
                    min_value=1,
                    max_value=MOST_DIGITS,
                ),
            }
        case _text:
            return {name: forms.CharField(label=label, required=needed, max_length=500)}


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value
