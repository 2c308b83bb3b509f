"""Re-plans that wait for consent were made when all ways that should have left counted as gone."""

from django.db import migrations

GONE = """
UPDATE planning_planrun AS plan SET facts = jsonb_build_object('gone', found.gone)
FROM (
    SELECT replan.id, jsonb_object_agg(leg.id::text, leg.quantity) AS gone
    FROM planning_planrun AS replan
    JOIN trading_deal AS deal ON deal.plan_run_id = replan.replaces_id
    JOIN trading_leg AS leg ON leg.deal_id = deal.id AND leg.departs_at < replan.epoch
    WHERE replan.kind = 'replan'
    GROUP BY replan.id
) AS found
WHERE plan.id = found.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("trading", "0003_offers_that_gave_way"),
        ("planning", "0004_facts_of_a_replan"),
    ]

    operations = [migrations.RunSQL(GONE, migrations.RunSQL.noop)]
