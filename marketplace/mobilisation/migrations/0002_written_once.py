from django.db import migrations

from marketplace.common.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("mobilisation", "0001_initial"), ("common", "0002_audit")]

    operations = [
        append_only("mobilisation_answer"),
        append_only("mobilisation_reading"),
        append_only("mobilisation_needconfirmation"),
    ]
