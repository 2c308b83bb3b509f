"""A grant is what an owner gave. What an emergency opens was never one of these rows in operation: any that stand there
as opened by a declaration are taken out, so that none is read as given by its owner."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def take_out_declared(apps: Apps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("disclosure", "Grant").objects.filter(basis="declaration").delete()


class Migration(migrations.Migration):
    dependencies = [("disclosure", "0001_initial")]

    operations = [
        migrations.RunPython(take_out_declared, migrations.RunPython.noop),
        # What waits for the commit would refuse the change of the table.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="grant", name="grant_names_its_declaration"),
        migrations.RemoveConstraint(model_name="grant", name="a_declaration_opens_once"),
        migrations.RemoveField(model_name="grant", name="basis"),
        migrations.RemoveField(model_name="grant", name="reference"),
    ]
