"""The database itself refuses to change or take away a tally."""

from django.db import migrations

from marketplace.common.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("production", "0001_initial")]
    operations = [append_only("production_tally")]
