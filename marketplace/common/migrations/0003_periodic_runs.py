from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("common", "0002_audit"),
    ]

    operations = [
        migrations.CreateModel(
            name="PeriodicRun",
            fields=[
                ("name", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("period", models.BigIntegerField(default=-1)),
                ("claimed_at", models.DateTimeField(null=True)),
            ],
        ),
    ]
