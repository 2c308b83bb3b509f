"""Where an enterprise is."""

import pytest

from marketplace.accounts import services
from marketplace.accounts.details import SiteDetails
from marketplace.accounts.errors import NameTaken, SiteInUse
from marketplace.accounts.models import Membership, Site
from marketplace.accounts.selectors import get_site, sites_of
from marketplace.common.errors import Forbidden, InvalidInput, NotFound
from tests.builders import a_machine, a_site, a_viewer, an_enterprise

pytestmark = pytest.mark.django_db
Role = Membership.Role


def a_place(**more):
    return SiteDetails(
        **{"name": "North", "city": "Ningbo", "region": "Zhejiang", "lat": 29.9, "lon": 121.5} | more
    )


@pytest.mark.parametrize("role", [Role.OWNER, Role.PLANNER])
def test_owners_and_planners_add_change_and_remove_sites(role):
    viewer = a_viewer(role=role)
    site = services.add_site(viewer=viewer, details=a_place())
    services.update_site(
        viewer=viewer, site_public_id=site.public_id, details=a_place(name="South", lat=30.5)
    )
    changed = Site.objects.get()
    assert (changed.name, changed.lat, changed.enterprise_id) == ("South", 30.5, viewer.enterprise_id)
    services.remove_site(viewer=viewer, site_public_id=site.public_id)
    assert not Site.objects.exists()


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.VIEWER])
def test_others_look_only(role):
    enterprise = an_enterprise()
    site = a_site(enterprise=enterprise)
    viewer = a_viewer(enterprise=enterprise, role=role)
    with pytest.raises(Forbidden):
        services.add_site(viewer=viewer, details=a_place())
    with pytest.raises(Forbidden):
        services.update_site(viewer=viewer, site_public_id=site.public_id, details=a_place())
    with pytest.raises(Forbidden):
        services.remove_site(viewer=viewer, site_public_id=site.public_id)
    assert list(sites_of(viewer=viewer)) == [site]
    assert Site.objects.get().name == site.name


def test_a_foreign_site_is_as_unknown_as_one_that_does_not_exist():
    viewer = a_viewer()
    foreign = a_site()
    acts = [
        lambda public_id: get_site(viewer=viewer, public_id=public_id),
        lambda public_id: services.update_site(viewer=viewer, site_public_id=public_id, details=a_place()),
        lambda public_id: services.remove_site(viewer=viewer, site_public_id=public_id),
    ]
    for act in acts:
        texts = set()
        for public_id in (foreign.public_id, "sit_0000000000000000"):
            with pytest.raises(NotFound) as refused:
                act(public_id)
            texts.add((refused.value.code, str(refused.value.text)))
        assert len(texts) == 1
    assert Site.objects.get().name == foreign.name


def test_two_sites_of_an_enterprise_have_two_names_and_those_of_two_may_share_one():
    viewer = a_viewer()
    services.add_site(viewer=viewer, details=a_place())
    with pytest.raises(NameTaken) as refused:
        services.add_site(viewer=viewer, details=a_place())
    assert refused.value.field == "name"
    services.add_site(viewer=a_viewer(), details=a_place())
    assert Site.objects.count() == 2


def test_a_site_with_a_machine_stays():
    machine = a_machine()
    viewer = a_viewer(enterprise=machine.enterprise)
    with pytest.raises(SiteInUse):
        services.remove_site(viewer=viewer, site_public_id=machine.site.public_id)
    assert Site.objects.filter(pk=machine.site_id).exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("lat", 90.1), ("lat", float("nan")), ("lon", -181), ("lon", "121"), ("country", "China"), ("name", " "),
     ("city", "x" * 81), ("time_zone", "Mars/Base"), ("certificates", ("ISO 9001", "ISO 9001"))],
)  # fmt: skip
def test_a_place_that_cannot_be_names_its_field(field, value):
    with pytest.raises(InvalidInput) as refused:
        a_place(**{field: value})
    assert refused.value.field.split(".")[0] == field


def test_the_poles_and_the_date_line_are_on_earth():
    assert a_place(lat=-90, lon=180).lat == -90


def test_sites_are_read_in_one_query(django_assert_num_queries):
    enterprise = an_enterprise()
    for _ in range(3):
        a_site(enterprise=enterprise)
    viewer = a_viewer(enterprise=enterprise)
    with django_assert_num_queries(1):
        assert len([site.enterprise.name for site in sites_of(viewer=viewer)]) == 3
