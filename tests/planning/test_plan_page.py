"""One plan closely: what was stored is read once, then shown in each language."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from marketplace.accounts.models import Person
from tests.trading.deals import a_network

pytestmark = pytest.mark.django_db


def test_a_plan_is_read_from_its_documents_once_a_language():
    network = a_network(num_firms=2)
    run = network.plan()
    client = Client()
    client.force_login(Person.objects.get(pk=network.buyer.person_id))

    def looked(language):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = client.get(f"/plans/{run.public_id}/", headers={"Accept-Language": language})
        reads = sum('"planning_planrun"."problem"' in each["sql"] for each in queries)
        return page.content.decode(), reads

    first, num_first = looked("en")
    again, num_again = looked("en")
    chinese, num_chinese = looked("zh-hans")

    assert (num_first, num_again, num_chinese) == (1, 0, 1)
    assert first.count("Factory A") == again.count("Factory A") > 0
    assert "Factory A" not in chinese
