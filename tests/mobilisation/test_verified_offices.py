"""Anybody may sign up as a coordinator; other people's need and capacity open with verification."""

import pytest

from marketplace.accounts.models import Enterprise
from marketplace.common import clock
from marketplace.common.errors import NotFound
from marketplace.mobilisation import selectors
from marketplace.mobilisation.errors import NotVerified
from tests.builders import a_buyer, a_membership, a_site, a_viewer, an_api_client, an_enterprise

pytestmark = pytest.mark.django_db

COORDINATOR = Enterprise.Kind.COORDINATOR
LOOKS = {
    "need": selectors.need,
    "capacity": lambda viewer: selectors.capacity(viewer, now=clock.now()),
    "network": selectors.network,
}
PAGES = ("/control-room/", "/network/")
FIGURES = ("/api/v1/need", "/api/v1/capacity")


@pytest.fixture
def office():
    return an_enterprise(kind=COORDINATOR, name="Anybody's Office", verified=False)


@pytest.mark.parametrize("look", LOOKS)
def test_an_office_that_is_not_verified_sees_nothing_of_others(office, look):
    with pytest.raises(NotVerified):
        LOOKS[look](a_viewer(enterprise=office))


@pytest.mark.parametrize("look", LOOKS)
def test_a_verified_office_sees(look):
    LOOKS[look](a_viewer(enterprise=an_enterprise(kind=COORDINATOR)))


@pytest.mark.parametrize("look", LOOKS)
def test_for_a_buyer_there_is_no_such_page(look):
    with pytest.raises(NotFound):
        LOOKS[look](a_buyer())


@pytest.mark.parametrize("path", PAGES)
def test_the_page_says_what_is_missing_and_lets_the_owner_ask(client, office, path):
    factory = a_site(enterprise=an_enterprise(name="Hidden Works")).enterprise
    client.force_login(a_membership(enterprise=office).person)
    page = client.get(path).content.decode()
    assert "Have your office verified" in page
    assert factory.name not in page
    assert "disabled" in page
    a_site(enterprise=office)
    Enterprise.objects.filter(pk=office.pk).update(registration_number="CN-1")
    assert "disabled" not in client.get(path).content.decode()
    client.post("/settings/verification")
    assert "Your office is being verified" in client.get(path).content.decode()


@pytest.mark.parametrize("path", FIGURES)
def test_the_api_refuses_with_a_code_of_its_own(office, path):
    answer = an_api_client(a_viewer(enterprise=office)).get(path)
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "mobilisation:not-verified"
