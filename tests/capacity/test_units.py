"""What a machine makes in an hour is told in the unit of the steps it makes."""

import pytest

from marketplace.accounts.models import Enterprise, Person
from marketplace.capacity.models import Rate
from marketplace.capacity.units import speed_text, unit_of, units_for
from marketplace.orders.models import Operation
from tests.builders import a_machine, a_product, a_site, a_viewer, an_enterprise

pytestmark = pytest.mark.django_db


@pytest.fixture
def rate():
    return Rate.objects.get(equipment=a_machine(process="press", units_per_h=1_500))


def a_step(*, unit, code=""):
    product = a_product(processes=("press",), **({"code": code} if code else {}))
    Operation.objects.filter(product=product).update(unit=unit)
    return product


def test_it_is_pieces_where_nobody_says_otherwise(rate):
    assert unit_of(rate) == "piece"
    assert speed_text(1_500, "piece") == "1,500 pieces an hour"


def test_it_is_the_unit_of_the_process_or_of_the_product(rate):
    a_step(unit="m")
    assert unit_of(rate) == "m"
    other = a_step(unit="kg", code="other-thing")
    assert unit_of(rate) == "", "one product in metres, another in kilograms"
    rate.product_code = other.code
    assert unit_of(rate) == "kg"
    assert speed_text(90, "") == "90 an hour"


def test_products_of_buyers_say_nothing_about_a_process(rate):
    product = a_step(unit="m")
    product.owner = an_enterprise()
    product.save()
    assert unit_of(rate) == "piece"


def test_many_rates_take_one_query(django_assert_num_queries, rate):
    rates = [rate, *(Rate.objects.get(equipment=a_machine(process=name)) for name in ("cut", "coat"))]
    with django_assert_num_queries(1):
        assert set(units_for(rates).values()) == {"piece"}


def test_the_machines_page_says_metres(client):
    owner = a_viewer(enterprise=an_enterprise())
    site = a_site(enterprise=Enterprise.objects.get(pk=owner.enterprise_id))
    machine = a_machine(site=site, units_per_h=1_500)
    Rate.objects.update(min_lot=200)
    a_step(unit="m")
    client.force_login(Person.objects.get(pk=owner.person_id))
    page = client.get(f"/machines/{machine.public_id}/").content.decode()
    assert "1,500\u00a0m an hour" in page
    assert "at least 200\u00a0m" in page
    assert "pieces an hour" not in page
