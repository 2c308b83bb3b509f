"""Tables whose rows are written once: the database itself refuses to change or delete one."""

import pytest
from django.db import DatabaseError, connection, transaction


def assert_written_once(table: str) -> None:
    """The table has rows, and they stay."""
    for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
        with (
            pytest.raises(DatabaseError, match="written once"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
