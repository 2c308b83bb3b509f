"""Reading for oracles: plain SQL, so that no code of the product stands between the rows and the verdict."""

from typing import Any

from django.db import connection


def rows_of(query: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return list(cursor.fetchall())


def shortened(faults: list[str], *, most: int = 20) -> list[str]:
    """The first ones, and how many more there are."""
    more = len(faults) - most
    return [*faults[:most], f"… and {more} more of this kind"] if more > 0 else faults
