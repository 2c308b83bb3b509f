"""Emptying the test database after what was committed to it. Most tables are empty already; those cost nothing.

The user of the test database must be a superuser: rows go that refuse to be deleted.
"""

from collections.abc import Collection

# What migrations say of the models, the same before and after.
OF_MIGRATIONS = frozenset({"contenttypes", "auth"})
WAITED_FOR_S = 120


def remove_all_rows(*, but_of: Collection[str] = ()) -> None:
    """Of all apps but these; waits for those who still write, and fails where one of them does not end."""
    from django.apps import apps
    from django.db import connection, transaction

    kept = OF_MIGRATIONS.union(but_of)
    tables = [
        connection.ops.quote_name(model._meta.db_table)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label not in kept and model._meta.managed
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{WAITED_FOR_S}s'")
        cursor.execute(f"LOCK TABLE {', '.join(tables)}")
        cursor.execute(
            " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in tables)
        )
        filled = [name for (name,) in cursor.fetchall()]
        cursor.execute("SET LOCAL session_replication_role = replica")  # no trigger refuses
        for name in filled:
            cursor.execute(f"DELETE FROM {name}")
