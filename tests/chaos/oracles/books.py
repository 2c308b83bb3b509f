"""The ledger sums to zero, news is told once, no answer is half remembered, the audit chain is whole, and whatever
the apps' own oracles (`manage.py verify`) say."""

from marketplace.common import oracles
from marketplace.common.audit.verify import audit_faults
from tests.chaos.acknowledged import Acknowledged
from tests.chaos.oracles.rows import rows_of

LEDGER = """
SELECT entry.order_id, line.currency, sum(line.amount_cents)
FROM payments_line AS line JOIN payments_entry AS entry ON entry.id = line.entry_id
GROUP BY entry.order_id, line.currency HAVING sum(line.amount_cents) <> 0
"""
TOLD_TWICE = """
SELECT enterprise_id, key, count(*) FROM accounts_notice GROUP BY enterprise_id, key HAVING count(*) > 1
"""
HALF_ANSWERED = "SELECT caller, key FROM common_rememberedanswer WHERE status = 0"


def ledger_off_zero(acknowledged: Acknowledged) -> list[str]:
    return [f"order {order}: {cents} {currency} cents too many" for order, currency, cents in rows_of(LEDGER)]


def news_told_twice(acknowledged: Acknowledged) -> list[str]:
    return [f"enterprise {one} was told {key} {number} times" for one, key, number in rows_of(TOLD_TWICE)]


def half_remembered_answers(acknowledged: Acknowledged) -> list[str]:
    """A key that is claimed without an answer would block its caller for ever."""
    return [f"key {key} of {caller} is claimed without an answer" for caller, key in rows_of(HALF_ANSWERED)]


def broken_audit_chain(acknowledged: Acknowledged) -> list[str]:
    return audit_faults()


def broken_words(acknowledged: Acknowledged) -> list[str]:
    return acknowledged.broken_words


def what_verify_finds(acknowledged: Acknowledged) -> list[str]:
    return [f"{fault.oracle}: {fault.text}" for fault in oracles.faults()]
