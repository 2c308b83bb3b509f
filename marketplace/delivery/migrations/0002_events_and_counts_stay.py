"""The database itself refuses to change or take away an event, a line of a receipt, a settlement."""

from django.db import migrations

from marketplace.common.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("delivery", "0001_initial")]
    operations = [
        append_only("delivery_visibilityevent"),
        append_only("delivery_receiptline"),
        append_only("delivery_settlement"),
    ]
