"""A file to read."""

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.common.sheets import MOST_BYTES


class ImportForm(forms.Form):
    file = forms.FileField(
        label=_("Excel (.xlsx) or CSV file"),
        help_text=_("Nothing is changed yet: you see first what the file would do."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,text/csv"}),
        max_length=255,
        allow_empty_file=True,
    )

    def clean_file(self) -> object:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(
                _("A file may have at most %(most)s MB.") % {"most": MOST_BYTES // 10**6}
            )
        return file
