"""What the new columns would have said of rows that were there: transfers taken back whole, credit notes of staff."""

from django.db import migrations

RETURNED = """
UPDATE payments_payout SET returned_cents = amount_cents
WHERE public_id IN (SELECT substring(key from 10) FROM payments_entry WHERE key LIKE 'returned:pay\\_%');
"""
BECAUSE = """
ALTER TABLE payments_invoice DISABLE TRIGGER payments_invoice_stays;
UPDATE payments_invoice SET because = 'difference' WHERE credits_id IS NOT NULL;
ALTER TABLE payments_invoice ENABLE TRIGGER payments_invoice_stays;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0004_changes_and_returns")]

    operations = [
        migrations.RunSQL(RETURNED, migrations.RunSQL.noop),
        migrations.RunSQL(BECAUSE, migrations.RunSQL.noop),
    ]
