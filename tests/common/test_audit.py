"""The audit log: what is logged stays, and whoever tampers with it is found."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from marketplace.common import audit, oracles
from marketplace.common.audit import anchor, chain
from marketplace.common.audit.record import hash_of
from marketplace.common.audit.verify import audit_faults
from marketplace.common.models import AuditEntry
from tests.builders import NOW, a_viewer

pytestmark = pytest.mark.django_db(transaction=True)

TABLE = "common_auditentry"
WHEN_LONG_AGO = "UPDATE common_auditentry SET recorded_at = recorded_at - interval '1 hour'"


def log(num=1, *, viewer=None, subject="dec_1", **facts):
    return [
        audit.record(
            action="test.done", viewer=viewer, subject=subject, facts={"number": n, **facts}, now=NOW
        )
        for n in range(num)
    ]


def tamper(*statements):
    """As somebody who owns the database."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {TABLE} DISABLE TRIGGER ALL")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute(f"ALTER TABLE {TABLE} ENABLE TRIGGER ALL")


def anchor_lines() -> list[str]:
    return Path(settings.AUDIT_ANCHOR).read_text().splitlines()


def write_anchor(lines):
    Path(settings.AUDIT_ANCHOR).write_text("".join(f"{line}\n" for line in lines))


def test_entries_are_chained_and_name_who_did_what():
    viewer = a_viewer()
    first, second = log(2, viewer=viewer, how="by hand")
    assert (first.seq, second.seq) == (1, 2)
    assert first.prev_hash == chain.FIRST_PREV_HASH
    assert second.prev_hash == first.hash
    second.refresh_from_db()
    assert second.hash == hash_of(second)
    assert second.person.startswith("per_")
    assert second.enterprise == viewer.enterprise_public_id
    assert audit_faults() == []


def test_every_committed_entry_is_anchored_and_none_that_was_rolled_back():
    log(2)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        log()
        _ = 1 / 0
    log()
    assert [line.split()[0] for line in anchor_lines()] == ["1", "2", "3"]
    assert AuditEntry.objects.count() == 3
    assert audit_faults() == []


def test_many_writers_at_once_leave_one_whole_chain():
    def write(number):
        try:
            return log(3, subject=f"dec_{number}")
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(6)))
    assert [entry.seq for entry in AuditEntry.objects.all()] == list(range(1, 19))
    assert len(anchor_lines()) == 18
    assert audit_faults() == []


def test_a_writer_waits_until_the_one_before_has_committed():
    """The number is read, then written: without the lock two would write the same."""
    log()
    with transaction.atomic():
        entry = log()[0]

        def write_beside():
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SET lock_timeout = '300ms'")
                log()
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool, pytest.raises(DatabaseError, match="lock timeout"):
            pool.submit(write_beside).result()
    assert AuditEntry.objects.latest("seq").seq == entry.seq


@pytest.mark.parametrize("statement", [f"UPDATE {TABLE} SET action = 'x'", f"DELETE FROM {TABLE}"])
def test_rows_refuse_to_be_changed_and_removed(statement):
    log(2)
    with pytest.raises(DatabaseError, match="written once"), connection.cursor() as cursor:
        cursor.execute(statement)
    assert list(AuditEntry.objects.values_list("action", flat=True)) == ["test.done"] * 2


def test_the_table_refuses_to_be_emptied():
    log()
    with pytest.raises(DatabaseError, match="written once"), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {TABLE}")
    assert AuditEntry.objects.count() == 1


def test_an_edited_row_is_found():
    log(3)
    tamper(f"""UPDATE {TABLE} SET facts = '{{"number": 7}}' WHERE seq = 2""")
    assert audit_faults() == ["entry 2 was edited"]


@pytest.mark.parametrize("column", ["person", "enterprise", "action", "subject"])
def test_each_column_is_under_the_hash(column):
    log(1)
    tamper(f"UPDATE {TABLE} SET {column} = 'somebody else'")
    assert audit_faults() == ["entry 1 was edited"]


def test_a_changed_time_is_found():
    log(2)
    tamper(f"UPDATE {TABLE} SET at = at + interval '1 microsecond' WHERE seq = 1")
    assert audit_faults() == ["entry 1 was edited"]


def test_a_deleted_row_is_found():
    log(4)
    tamper(f"DELETE FROM {TABLE} WHERE seq = 2")
    assert audit_faults() == ["entry 2 is gone: 3 follows 1"]


def test_a_cut_tail_is_found_by_the_anchor():
    log(4)
    tamper(f"DELETE FROM {TABLE} WHERE seq > 2")
    assert audit_faults() == ["entry 3 is gone: the log ends at 2, 4 was anchored"]


def test_an_emptied_log_is_found():
    log(2)
    tamper(f"DELETE FROM {TABLE}")
    assert audit_faults() == ["entry 1 is gone: the log ends at 0, 2 was anchored"]


def rewrite_from(seq):
    """A forger who knows the formula makes the chain whole again."""
    prev_hash = ""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {TABLE} DISABLE TRIGGER ALL")
        for entry in AuditEntry.objects.order_by("seq"):
            if entry.seq >= seq:
                entry.facts, entry.prev_hash = {"forged": entry.seq}, prev_hash or entry.prev_hash
                entry.hash = hash_of(entry)
                entry.save()
            prev_hash = entry.hash
        cursor.execute(f"ALTER TABLE {TABLE} ENABLE TRIGGER ALL")


def test_a_rewritten_chain_disagrees_with_the_anchor():
    log(3)
    rewrite_from(2)
    assert audit_faults() == [f"entry {seq} is not the one that was anchored" for seq in (2, 3)]


def test_a_missing_anchor_is_found_and_does_not_heal_by_itself():
    log(2)
    tamper(WHEN_LONG_AGO)
    rehash()
    write_anchor([])
    Path(settings.AUDIT_ANCHOR).unlink()
    assert audit_faults() == ["entry 1 is not anchored", "entry 2 is not anchored"]
    log(1)
    assert audit_faults() == [
        "entry 1 is missing in the anchor, before entry 3",
        "entry 1 is not anchored",
        "entry 2 is not anchored",
    ]


def rehash():
    """The same entries with hashes that fit what they say now."""
    rewrite_from(1)


def test_a_line_cut_out_of_the_anchor_is_found():
    log(3)
    lines = anchor_lines()
    write_anchor([lines[0], lines[2]])
    assert audit_faults() == ["entry 2 is missing in the anchor, before entry 3"]


def test_an_edited_line_of_the_anchor_is_found():
    log(2)
    lines = anchor_lines()
    seq, _hash, check = lines[0].split()
    write_anchor([f"{seq} {'0' * 64} {check}", lines[1]])
    assert "line 1 of the anchor was edited, at entry 1" in audit_faults()
    write_anchor(["what is this", lines[1]])
    assert "line 1 of the anchor is broken, after entry 0" in audit_faults()


def test_an_anchor_forged_for_a_rewritten_tail_breaks_at_its_line():
    """Hash and number can be copied from the forged row; the line's own chain gives it away if it is not redone."""
    log(3)
    rewrite_from(3)
    forged = AuditEntry.objects.get(seq=3)
    lines = anchor_lines()
    write_anchor([*lines[:2], f"3 {forged.hash} {lines[2].split()[2]}"])
    assert audit_faults() == ["line 3 of the anchor was edited, at entry 3"]


def test_a_line_that_a_full_disk_cut_short_is_written_again():
    log(2)
    path = Path(settings.AUDIT_ANCHOR)
    path.write_bytes(path.read_bytes()[:-20])
    log(1)
    assert [line.split()[0] for line in anchor_lines()] == ["1", "2", "3"]
    assert audit_faults() == []


def test_work_goes_on_where_the_anchor_cannot_be_written_and_the_sweep_catches_up(settings, tmp_path):
    settings.AUDIT_ANCHOR = tmp_path / "audit" / "head.log"
    (tmp_path / "audit").write_text("a file where the folder should be")
    log(2)
    assert AuditEntry.objects.count() == 2
    (tmp_path / "audit").unlink()
    anchor.catch_up()
    assert audit_faults() == []
    assert len(anchor_lines()) == 2


def test_what_is_not_anchored_within_a_minute_is_a_fault(monkeypatch):
    log(1)
    Path(settings.AUDIT_ANCHOR).unlink()
    assert audit_faults() == []
    real_now = anchor.real_now
    monkeypatch.setattr("marketplace.common.audit.verify.real_now", lambda: real_now() + timedelta(minutes=2))
    assert audit_faults() == ["entry 1 is not anchored"]


@pytest.mark.parametrize("fact", [1.5, NOW, {1: 2}, ["a", 0.1], object()])
def test_facts_that_may_read_back_otherwise_are_refused(fact):
    with pytest.raises(chain.UnstableFacts):
        log(1, fact=fact)
    assert not AuditEntry.objects.exists()


def test_facts_of_any_script_and_size_read_back_as_they_were_written():
    log(1, words='灭菌 "quoted" \\ é', number_of=2**63, nested={"b": [1, None, True], "a": ""})
    assert audit_faults() == []


def test_the_command_says_which_entry_and_exits_with_one():
    log(2)
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert "2 entries are whole" in out.getvalue()
    tamper(f"UPDATE {TABLE} SET action = 'x' WHERE seq = 2")
    with pytest.raises(SystemExit) as raised:
        call_command("verify_audit", stdout=out)
    assert raised.value.code == 1
    assert "entry 2 was edited" in out.getvalue()


def test_verify_asks_the_audit_log_too():
    log(2)
    assert list(oracles.faults(["audit"])) == []
    tamper(f"DELETE FROM {TABLE} WHERE seq = 1")
    assert [fault.text for fault in oracles.faults(["audit"])] == ["entry 1 is gone: 2 follows 0"]
