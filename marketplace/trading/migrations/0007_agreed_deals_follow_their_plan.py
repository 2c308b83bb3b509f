from django.db import migrations

# Of a change that waits for answers it is known with the last of them.
FOLLOW = """
UPDATE trading_deal SET agreed_run_id = plan_run_id
WHERE status = 'agreed' AND NOT EXISTS (
    SELECT FROM trading_package WHERE deal_id = trading_deal.id AND trading_package.status = 'offered'
)
"""


class Migration(migrations.Migration):
    dependencies = [("trading", "0006_plan_that_was_agreed")]

    operations = [migrations.RunSQL(FOLLOW, migrations.RunSQL.noop)]
