"""Entries sum to zero for each currency; what is written of money stays as it was written."""

from django.db import migrations

from marketplace.common.append_only import REFUSES, append_only

APPEND_ONLY = ("account", "entry", "line", "acceptance", "contract", "document", "paymentterms", "bankline")

BALANCE = """
CREATE FUNCTION payments_entry_is_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    looked_at bigint;
BEGIN
    IF TG_TABLE_NAME = 'payments_line' THEN looked_at := NEW.entry_id; ELSE looked_at := NEW.id; END IF;
    IF EXISTS (SELECT 1 FROM payments_line WHERE entry_id = looked_at
               GROUP BY currency HAVING sum(amount_cents) <> 0) THEN
        RAISE EXCEPTION 'entry % does not sum to zero', looked_at USING ERRCODE = 'check_violation';
    END IF;
    IF (SELECT count(*) FROM payments_line WHERE entry_id = looked_at)
       <> (SELECT num_lines FROM payments_entry WHERE id = looked_at) THEN
        RAISE EXCEPTION 'entry % has another number of lines', looked_at USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM payments_line JOIN payments_account ON payments_account.id = account_id
               WHERE entry_id = looked_at AND payments_line.currency <> payments_account.currency) THEN
        RAISE EXCEPTION 'entry % mixes currencies', looked_at USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM payments_line
               JOIN payments_entry ON payments_entry.id = entry_id
               JOIN payments_invoice ON payments_invoice.id = invoice_id
               WHERE entry_id = looked_at AND payments_invoice.order_id <> payments_entry.order_id) THEN
        RAISE EXCEPTION 'entry % concerns two orders', looked_at USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER payments_line_is_balanced AFTER INSERT ON payments_line
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_entry_is_whole();
CREATE CONSTRAINT TRIGGER payments_entry_is_balanced AFTER INSERT ON payments_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_entry_is_whole();
"""
BALANCE_BACK = """
DROP TRIGGER payments_line_is_balanced ON payments_line;
DROP TRIGGER payments_entry_is_balanced ON payments_entry;
DROP FUNCTION payments_entry_is_whole();
"""

REFUSE = (
    REFUSES
    + """
CREATE FUNCTION payments_invoice_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.status := OLD.status;
    IF NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'an invoice changes its status only' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER payments_invoice_stays AFTER UPDATE ON payments_invoice
    FOR EACH ROW EXECUTE FUNCTION payments_invoice_stays();
CREATE TRIGGER payments_invoice_is_kept BEFORE DELETE ON payments_invoice
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER payments_invoice_is_not_emptied BEFORE TRUNCATE ON payments_invoice
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
)
REFUSE_BACK = """
DROP TRIGGER payments_invoice_stays ON payments_invoice;
DROP TRIGGER payments_invoice_is_kept ON payments_invoice;
DROP TRIGGER payments_invoice_is_not_emptied ON payments_invoice;
DROP FUNCTION payments_invoice_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial")]

    operations = [
        migrations.RunSQL(BALANCE, BALANCE_BACK),
        migrations.RunSQL(REFUSE, REFUSE_BACK),
        *(append_only(f"payments_{table}") for table in APPEND_ONLY),
    ]
