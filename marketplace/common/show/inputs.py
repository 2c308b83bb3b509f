"""Django's widgets with Tabler's classes, their help and errors tied to them for screen readers."""

from django import forms
from django.forms import BoundField
from django.utils.safestring import SafeString

CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.RadioSelect, ""),  # and CheckboxSelectMultiple: their class goes to the frame, not to the boxes
    (forms.CheckboxInput, "form-check-input"),
    (forms.SelectMultiple, "form-select"),
    (forms.Select, "form-select"),
    (forms.Widget, "form-control"),
)


def input_html(field: BoundField) -> SafeString:
    widget = field.field.widget
    own = str(widget.attrs.get("class", ""))
    usual = next(name for kind, name in CLASSES if isinstance(widget, kind))
    invalid = "is-invalid" if field.errors else ""
    attrs: dict[str, str | bool] = {"class": " ".join(name for name in (usual, own, invalid) if name)}
    if described := _described_by(field):
        attrs["aria-describedby"] = described
    if field.errors:
        attrs["aria-invalid"] = "true"
    return field.as_widget(attrs=attrs)


def _described_by(field: BoundField) -> str:
    ids = []
    if field.help_text:
        ids.append(f"{field.auto_id}_help")
    if field.errors:
        ids.append(f"{field.auto_id}_error")
    return " ".join(ids)
