"""What deals say about a factory: its preview shows what the party to its newest order sees."""

import pytest

from marketplace.disclosure.facets import Asked
from marketplace.disclosure.words import Audience, Word
from marketplace.trading.facets import hours_for_lots, packages_asked
from tests.builders import NOW
from tests.payments.agreed import a_booked_run, an_agreed_order

pytestmark = pytest.mark.django_db


def test_a_preview_shows_all_packages_of_the_newest_order_as_its_buyer_sees_them():
    older = an_agreed_order(pays=(60_000,))
    newer = an_agreed_order(pays=(40_000,))
    factory = newer.factories[0]
    a_booked_run(newer.deal, factory, pay_cents=100, label="B")
    older.deal.packages.update(enterprise=factory.enterprise_id)

    def asked(reader_id: int | None) -> Asked:
        audience = Audience.CONTRACT_PARTY
        return Asked(owner_id=factory.enterprise_id, reader_id=reader_id, audience=audience, now=NOW)

    preview, seen = asked(None), asked(newer.buyer.enterprise_id)
    assert set(packages_asked(preview)) == set(packages_asked(seen)) == set(newer.deal.packages.all())
    assert len(hours_for_lots(preview, Word.MY_LOTS)) == 2
    assert hours_for_lots(preview, Word.MY_LOTS) == hours_for_lots(seen, Word.MY_LOTS)
