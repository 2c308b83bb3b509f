"""Contracts: one with the buyer, one with each factory, in versions, each seen by its party alone."""

import hashlib
import time
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from marketplace.accounts.models import Site
from marketplace.common.errors import NotFound
from marketplace.orders.buyer_zone import buyer_zone
from marketplace.orders.models import Operation, OrderDrop
from marketplace.payments import selectors
from marketplace.payments.documents import contract_data
from marketplace.payments.models import Contract, Document
from marketplace.payments.services import write_contracts
from marketplace.payments.services.contracts import deals_without_contracts
from marketplace.planning.models import PlanRun
from marketplace.trading.models import Deal, Run
from tests.builders import NOW, a_site
from tests.payments.agreed import a_booked_run, an_agreed_order

pytestmark = pytest.mark.django_db


def write(agreed) -> list[Contract]:
    return write_contracts(deal_public_id=agreed.deal.public_id, now=NOW)


def test_the_buyer_and_each_factory_get_one_contract_in_both_languages():
    agreed = an_agreed_order(pays=(60_000, 40_001))
    written = write(agreed)
    parties = {agreed.buyer.enterprise_id, *(one.enterprise_id for one in agreed.factories)}
    assert {one.enterprise_id for one in written} == parties
    assert {one.version for one in written} == {1}
    for document in Document.objects.all():
        assert bytes(document.content).startswith(b"%PDF")
        assert document.sha256 == hashlib.sha256(bytes(document.content)).hexdigest()
    assert Document.objects.count() == 6


def test_each_contract_tells_moments_and_its_day_by_the_clock_of_its_party_and_names_the_zone():
    agreed = an_agreed_order()
    a_site(enterprise=agreed.order.buyer, time_zone="America/New_York")
    Site.objects.filter(enterprise__kind="factory").update(time_zone="Asia/Tokyo")
    written = write_contracts(deal_public_id=agreed.deal.public_id, now=NOW.replace(hour=1, minute=30))
    assert f"{NOW:%Y-%m-%d}" == "2026-03-02"
    bought = next(one for one in written if one.role == "buyer")
    data = contract_data(bought, language="en")
    shown = dict(data["facts"])
    assert shown["Promised for"].endswith(" America/New_York")
    promised = agreed.deal.promised_at.astimezone(ZoneInfo("America/New_York"))
    assert shown["Promised for"].startswith(f"{promised:%Y-%m-%d %H:%M}")
    assert data["subtitle"].endswith("2026-03-01")
    made = contract_data(next(one for one in written if one.role == "factory"), language="en")
    assert made["lines"][0][3].endswith(" Asia/Tokyo")
    assert made["subtitle"].endswith("2026-03-02")


def test_a_buyer_without_a_site_reads_the_clock_of_its_first_place_of_delivery():
    agreed = an_agreed_order()
    assert not agreed.order.buyer.sites.exists()
    assert buyer_zone(agreed.order) == "Asia/Shanghai"
    OrderDrop.objects.filter(order=agreed.order).update(lat=48.2, lon=16.4)
    assert buyer_zone(agreed.order) == "Europe/Vienna"


def test_writing_twice_adds_nothing():
    agreed = an_agreed_order()
    write(agreed)
    assert write(agreed) == []
    assert Contract.objects.count() == 3


def test_a_run_by_the_metre_says_so_and_one_of_pieces_keeps_the_terms_it_had():
    agreed = an_agreed_order()
    Run.objects.filter(package__enterprise_id=agreed.factories[0].enterprise_id).update(quantity=50)
    written = {one.enterprise_id: one for one in write(agreed)}
    own = written[agreed.factories[0].enterprise_id]
    assert "unit" not in own.terms["runs"][0]
    assert contract_data(own, language="en")["lines"][0][2] == "50 pieces"
    Operation.objects.update(unit="m")
    again = {one.enterprise_id: one for one in write(agreed)}[own.enterprise_id]
    assert again.version == 2
    assert contract_data(again, language="en")["lines"][0][2] == "50\xa0m"


def test_a_factory_reads_how_many_it_makes_in_each_operation_and_not_the_quantity_of_the_order():
    agreed = an_agreed_order(quantity=300)
    own = agreed.factories[0]
    Run.objects.filter(package__enterprise_id=own.enterprise_id).update(quantity=50)
    again = a_booked_run(agreed.deal, own, pay_cents=100, label="C")
    Run.objects.filter(pk=again.pk).update(quantity=70)
    written = {one.enterprise_id: one for one in write(agreed)}
    data = contract_data(written[own.enterprise_id], language="en")
    quantities = [row for row in data["facts"] if row[0].startswith("Quantity")]
    assert quantities == [(f"Quantity, {again.operation.name}", "120 pieces")]
    bought = contract_data(written[agreed.buyer.enterprise_id], language="en")
    assert ("Quantity", "300 pieces") in bought["facts"]


def test_a_changed_deal_gives_a_new_version_to_whom_it_concerns_and_keeps_the_old_one():
    agreed = an_agreed_order(pays=(60_000, 40_001))
    write(agreed)
    first = agreed.factories[0]
    Run.objects.filter(package__enterprise_id=first.enterprise_id).update(quantity=200)
    changed = write(agreed)
    assert [(one.enterprise_id, one.version) for one in changed] == [(first.enterprise_id, 2)]
    assert Contract.objects.filter(enterprise_id=first.enterprise_id).count() == 2
    assert [one.version for one in selectors.contracts(first)] == [2]


def test_only_agreed_deals_get_contracts_and_the_sweep_finds_those_without():
    waiting = an_agreed_order(status=Deal.Status.OFFERING)
    agreed = an_agreed_order()
    assert write(waiting) == []
    assert deals_without_contracts() == [agreed.deal.public_id]
    write(agreed)
    assert deals_without_contracts() == []
    replanned = PlanRun.objects.create(
        order=agreed.order, revision=1, goal="fastest", epoch=NOW, asked_at=NOW, status="done", plan={}
    )
    Deal.objects.filter(pk=agreed.deal.pk).update(plan_run=replanned)
    assert deals_without_contracts() == [agreed.deal.public_id]


def test_each_party_sees_its_own_contract_alone():
    agreed = an_agreed_order(pays=(60_000, 40_001))
    write(agreed)
    stranger = an_agreed_order()
    for viewer in (agreed.buyer, *agreed.factories):
        (own,) = selectors.contracts(viewer)
        assert own.enterprise_id == viewer.enterprise_id
        selectors.contract_document(viewer, public_id=own.public_id, language="en")
        for other in (*agreed.factories, agreed.buyer, stranger.buyer):
            if other is not viewer:
                with pytest.raises(NotFound):
                    selectors.contract_document(other, public_id=own.public_id, language="en")


def test_no_factory_stands_in_the_buyer_s_contract_and_no_price_in_a_factory_s():
    agreed = an_agreed_order(pays=(60_000, 40_001))
    write(agreed)
    of_buyer = Contract.objects.get(role=Contract.Role.BUYER).terms
    names = [one.enterprise.name for one in Contract.objects.filter(role=Contract.Role.FACTORY)]
    assert not any(name in str(of_buyer) for name in names)
    for contract in Contract.objects.filter(role=Contract.Role.FACTORY):
        assert "net_cents" not in contract.terms
        assert agreed.order.buyer.name not in str(contract.terms)


def test_a_contract_is_never_changed():
    write(an_agreed_order())
    with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
        Contract.objects.update(version=7)
    with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
        Document.objects.update(content=b"")


@pytest.mark.slow
def test_sixty_three_contracts_are_written_in_a_minute():
    """62 factories and the buyer of the plates, in two languages."""
    agreed = an_agreed_order(pays=(1_000,) * 62)
    began = time.monotonic()
    assert len(write(agreed)) == 63
    took = time.monotonic() - began
    print(f"63 contracts, 126 documents: {took:.1f} s")
    assert took < 60
