"""A machine, what it can do, its price and how it reports."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Site
from marketplace.capacity.drafts import CapabilityDraft, HoursDraft, MachineDraft, RateDraft
from marketplace.capacity.models import Equipment, Process
from marketplace.capacity.presets import Preset
from marketplace.capacity.services import Connection
from marketplace.common.form_fields import MoneyField, WallTimeInput, WordsField

WEEKDAYS = [
    (0, _("Monday")), (1, _("Tuesday")), (2, _("Wednesday")), (3, _("Thursday")), (4, _("Friday")),
    (5, _("Saturday")), (6, _("Sunday")),
]  # fmt: skip
CONNECTIONS = [
    (Connection.NONE, _("not now: offer without a sensor")),
    (Connection.PHONE, _("by phone: the operator taps start, stop and count")),
    (Connection.JSON, _("JSON over MQTT or HTTP")),
    (Connection.MTCONNECT, _("MTConnect agent")),
]
CURRENCY_BY_COUNTRY = {"CN": "CNY", "US": "USD"}
OTHER_CURRENCY = "EUR"


def currency_of(site: Site) -> str:
    """The currency a site's prices are in."""
    return CURRENCY_BY_COUNTRY.get(site.country, OTHER_CURRENCY)


class SiteChoice(forms.ModelChoiceField[Site]):
    def __init__(self, sites: QuerySet[Site]) -> None:
        super().__init__(queryset=sites, label=_("site"), to_field_name="public_id", empty_label=None)


class MachineForm(forms.Form):
    """The machine itself."""

    name = forms.CharField(label=_("name"), max_length=120)
    own_number = forms.CharField(
        label=_("own number"), max_length=40, required=False, help_text=_("Empty: we count.")
    )
    model = forms.CharField(label=_("maker and model"), max_length=120, required=False)
    certificates = WordsField(
        label=_("certificates"), max_length=600, required=False, help_text=_("Separated by commas.")
    )
    observes_holidays = forms.BooleanField(label=_("closed on public holidays"), required=False, initial=True)

    def __init__(self, *args: Any, sites: QuerySet[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"] = SiteChoice(sites)

    @staticmethod
    def initial_of(machine: Equipment) -> dict[str, Any]:
        return {
            "name": machine.name,
            "own_number": machine.own_number,
            "model": machine.model,
            "certificates": machine.certificates,
            "observes_holidays": machine.observes_holidays,
            "site": machine.site.public_id,
        }

    def draft(self) -> MachineDraft:
        return MachineDraft(**{**self.cleaned_data, "site": self.cleaned_data["site"].public_id})


class NewMachineForm(forms.Form):
    """All of a machine in thirteen fields (the kind of machine to start from is the fourteenth)."""

    name = forms.CharField(label=_("name"), max_length=120)
    own_number = forms.CharField(
        label=_("own number"), max_length=40, required=False, help_text=_("Empty: we count.")
    )
    process = forms.ChoiceField(label=_("process"), choices=Process.choices)
    materials = WordsField(
        label=_("materials"), max_length=600, required=False, help_text=_("Separated by commas; empty: any.")
    )
    max_size_mm = forms.IntegerField(label=_("largest part, mm"), min_value=1, required=False)
    run_units = forms.IntegerField(
        label=_("quantity an hour"),
        min_value=1,
        required=False,
        help_text=_(
            "In pieces, metres or what the step counts. Empty: the standard time of the order's operation."
        ),
    )
    setup_min = forms.IntegerField(label=_("set-up, minutes"), min_value=0, initial=0)
    price = MoneyField(label=_("floor price an hour"))
    weekdays = forms.TypedMultipleChoiceField(
        label=_("offered on"),
        choices=WEEKDAYS,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        initial=[day for day, _name in WEEKDAYS],
    )
    starts = forms.TimeField(label=_("from"), widget=WallTimeInput(), initial="22:00")
    ends = forms.TimeField(
        label=_("to"), widget=WallTimeInput(), initial="06:00", help_text=_("Before the start: next day.")
    )
    connection = forms.ChoiceField(label=_("how it reports"), choices=CONNECTIONS, initial=Connection.NONE)

    FIELD_OF = {
        "price_cents_per_h": "price",
        "hours.0.starts": "starts",
        "weekday": "weekdays",
    }

    def __init__(self, *args: Any, sites: QuerySet[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"] = SiteChoice(sites)
        self.fields["price"].label = _("floor price an hour, %(currency)s") % {
            "currency": " / ".join(sorted({currency_of(site) for site in sites}))
        }
        self.order_fields(["name", "own_number", "site", "process"])

    @property
    def machine_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name != "weekdays"]

    @staticmethod
    def initial_of(preset: Preset) -> dict[str, Any]:
        return {
            "name": preset.label,
            "process": preset.process,
            "materials": preset.materials,
            "max_size_mm": preset.max_size_mm,
            "run_units": preset.run_units,
            "setup_min": preset.setup_min,
            "price": preset.price_cents_per_h,
        }

    def parts(self) -> dict[str, Any]:
        """Arguments of `services.list_machine`."""
        data = self.cleaned_data
        site: Site = data["site"]
        return {
            "draft": MachineDraft(name=data["name"], own_number=data["own_number"], site=site.public_id),
            "capability": CapabilityDraft(
                process=data["process"], materials=data["materials"], max_size_mm=data["max_size_mm"]
            ),
            "rate": RateDraft(
                process=data["process"],
                run_units=data["run_units"],
                setup_min=data["setup_min"],
                price_cents_per_h=data["price"],
                currency=currency_of(site),
            ),
            "hours": tuple(
                HoursDraft(weekday=day, starts=data["starts"], ends=data["ends"])
                for day in sorted(data["weekdays"])
            ),
            "connection": data["connection"],
        }


class CapabilityForm(forms.Form):
    process = forms.ChoiceField(label=_("process"), choices=Process.choices)
    materials = WordsField(
        label=_("materials"), max_length=600, required=False, help_text=_("Separated by commas; empty: any.")
    )
    min_size_mm = forms.IntegerField(label=_("smallest part, mm"), min_value=0, required=False)
    max_size_mm = forms.IntegerField(label=_("largest part, mm"), min_value=0, required=False)
    tolerance_um = forms.IntegerField(label=_("finest tolerance, µm"), min_value=1, required=False)
    certificates = WordsField(label=_("certificates"), max_length=600, required=False)

    def draft(self) -> CapabilityDraft:
        return CapabilityDraft(**self.cleaned_data)


class RateForm(forms.Form):
    process = forms.ChoiceField(label=_("process"), choices=Process.choices)
    product_code = forms.CharField(
        label=_("product code"), max_length=40, required=False, help_text=_("Empty: any product.")
    )
    run_units = forms.IntegerField(label=_("quantity an hour"), min_value=1, required=False)
    setup_min = forms.IntegerField(label=_("set-up, minutes"), min_value=0, initial=0)
    min_lot = forms.IntegerField(label=_("minimum lot"), min_value=1, initial=1)
    good_per_1000 = forms.IntegerField(label=_("good of 1000"), min_value=1, max_value=1000, initial=1000)
    price = MoneyField(label=_("floor price an hour"))

    FIELD_OF = {"price_cents_per_h": "price", "currency": "price"}

    def draft(self, *, currency: str) -> RateDraft:
        data = dict(self.cleaned_data)
        return RateDraft(price_cents_per_h=data.pop("price"), currency=currency, **data)


class ConnectForm(forms.Form):
    connection = forms.ChoiceField(
        label=_("how it reports"), choices=CONNECTIONS[1:], initial=Connection.JSON
    )
