"""How many questions a page asks the tables of goods and work; what keeps the session and the clock is left out."""

from collections.abc import Callable

from django.db import connection

TABLES = ("delivery_", "production_", "orders_", "trading_", "capacity_", "accounts_site", "payments_")


def num_queries(ask: Callable[[], object]) -> int:
    asked: list[str] = []

    def note(execute, sql, params, many, context):
        if any(table in sql for table in TABLES):
            asked.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        ask()
    return len(asked)
