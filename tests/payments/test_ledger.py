"""The ledger: entries that sum to zero, written once, never changed."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, connection, transaction

from marketplace.common.clock import real_now
from marketplace.payments.ledger import KeyReused, Move, Unbalanced, balance, balances, post
from marketplace.payments.models import Account, Entry, Line
from tests.builders import NOW
from tests.payments.agreed import an_agreed_order

pytestmark = pytest.mark.django_db
CASH, FEE = Account.Kind.BANK, Account.Kind.FEE


def an_entry(order, *, key="first", cents=700) -> Entry:
    lines = [Move(kind=CASH, amount_cents=cents), Move(kind=FEE, amount_cents=-cents)]
    return post(order=order, key=key, kind=Entry.Kind.CARD, at=NOW, lines=lines)


def check_now() -> None:
    """Ask the deferred constraints, as the end of a transaction does."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_balances_are_sums_of_lines():
    order = an_agreed_order().order
    an_entry(order)
    an_entry(order, key="second", cents=300)
    check_now()
    assert balances(order) == {(CASH, None): 1000, (FEE, None): -1000}
    assert balance(order, CASH) == 1000


def test_the_same_key_returns_the_first_entry_and_books_nothing():
    order = an_agreed_order().order
    assert an_entry(order) == an_entry(order)
    assert Line.objects.count() == 2


def test_another_content_under_the_same_key_is_refused():
    order, other = an_agreed_order().order, an_agreed_order().order
    an_entry(order)
    with pytest.raises(KeyReused):
        an_entry(order, cents=701)
    with pytest.raises(KeyReused):
        an_entry(other)
    assert balance(order, CASH) == 700
    assert balances(other) == {}


@pytest.mark.parametrize("amounts", [(700, -699), (700,), (0, 0), (2**60, -(2**60))])
def test_lines_that_make_no_entry_are_refused(amounts):
    order = an_agreed_order().order
    with pytest.raises(Unbalanced):
        post(
            order=order,
            key="x",
            kind=Entry.Kind.CARD,
            at=NOW,
            lines=[Move(kind=CASH, amount_cents=cents) for cents in amounts],
        )
    assert not Entry.objects.exists()


@contextmanager
def refused_at_the_end(match: str) -> Iterator[None]:
    """What is written inside is refused when the transaction ends, and gone."""
    with pytest.raises(IntegrityError, match=match), transaction.atomic():
        yield
        check_now()


def raw_entry(order, *amounts: tuple[int, str, str]) -> None:
    """Past the service: an entry of (cents, currency of the line, currency of its account)."""
    entry = Entry.objects.create(
        order=order, key="k", kind=Entry.Kind.CARD, at=NOW, recorded_at=real_now(), num_lines=2
    )
    for cents, currency, of_account in amounts:
        account, _is_new = Account.objects.get_or_create(kind=CASH, currency=of_account)
        Line.objects.create(entry=entry, account=account, amount_cents=cents, currency=currency)


def test_the_database_refuses_an_entry_that_does_not_sum_to_zero():
    order = an_agreed_order().order
    with refused_at_the_end("does not sum to zero"):
        raw_entry(order, (700, "CNY", "CNY"), (-699, "CNY", "CNY"))
    raw_entry(order, (700, "CNY", "CNY"), (-700, "CNY", "CNY"))
    check_now()


def test_two_currencies_do_not_make_up_for_each_other():
    order = an_agreed_order().order
    with refused_at_the_end("does not sum to zero"):
        raw_entry(order, (700, "CNY", "CNY"), (-700, "EUR", "EUR"))


def test_a_line_in_another_currency_than_its_account_is_refused():
    order = an_agreed_order().order
    with refused_at_the_end("mixes currencies"):
        raw_entry(order, (700, "CNY", "EUR"), (-700, "CNY", "EUR"))


def test_an_entry_has_the_lines_it_was_posted_with_and_no_others():
    order = an_agreed_order().order
    with refused_at_the_end("another number of lines"):
        raw_entry(order)
    entry = an_entry(order)
    with refused_at_the_end("another number of lines"):
        for cents in (5, -5):
            Line.objects.create(
                entry=entry, account=entry.lines.first().account, amount_cents=cents, currency="CNY"
            )
    assert balance(order, CASH) == 700


@pytest.mark.parametrize("table", ["entry", "line", "account"])
@pytest.mark.parametrize("verb", ["UPDATE payments_{0} SET id = id", "DELETE FROM payments_{0}"])
def test_what_was_booked_is_neither_changed_nor_deleted(table, verb):
    order = an_agreed_order().order
    an_entry(order)
    with (
        pytest.raises(IntegrityError, match="written once"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(verb.format(table))
    assert balance(order, CASH) == 700


@pytest.mark.parametrize("table", ["entry", "line", "account", "contract", "document", "invoice", "bankline"])
def test_no_table_of_money_is_emptied(table):
    with (
        pytest.raises(IntegrityError, match="written once"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"TRUNCATE payments_{table} CASCADE")
