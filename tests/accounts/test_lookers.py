"""Who may only look changes nothing, whatever is sent wherever."""

import re

import pytest
from django.db import connection
from django.urls import URLResolver, get_resolver

from tests.builders import (
    a_device,
    a_machine,
    a_membership,
    a_person,
    a_product,
    a_site,
    a_viewer,
    an_enterprise,
    an_order,
)

pytestmark = pytest.mark.django_db
OWN_AFFAIRS = (
    "accounts/",
    "language",
    "i18n/",
    "switch",
    "settings/profile",
    "settings/tokens",
    "api/v1/tokens",
)
OF_BEATS = ("common_periodicrun",)  # those of a stack that runs beside the tests
NOT_OURS = ("admin/", "static/", "readyz")
FORM = {"role": "owner", "name": "x", "email": "a@example.org", "what": "all", "reason": "x", "plan": "x"}


def routes(resolver, before=""):
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, route)
        else:
            yield route


def everything():
    """A fingerprint of each table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        tables = {name for (name,) in cursor.fetchall()} - {"django_session", *OF_BEATS}
        found = {}
        for name in tables:
            cursor.execute(
                f"SELECT md5(coalesce(string_agg(r::text, '|' ORDER BY r::text), '')) FROM \"{name}\" r"
            )
            found[name] = cursor.fetchone()
    return found


def sent_by(client, *, path):
    """Programs know four ways to change something; a page's forms know one, and its view may take all others for it."""
    if path.startswith("/api/"):
        for send in (client.post, client.put, client.patch, client.delete):
            yield send(path, {}, content_type="application/json")
    else:
        yield client.post(path, FORM)
        yield client.delete(path)


@pytest.mark.parametrize("role", ["viewer", "operator"])
@pytest.mark.parametrize("kind", ["factory", "buyer"])
def test_no_route_lets_a_looker_change_anything(client, kind, role):
    enterprise = an_enterprise(kind=kind)
    owner, site = a_viewer(enterprise=enterprise), a_site(enterprise=enterprise)
    person = a_person(email="looker@example.org")
    a_membership(enterprise=enterprise, person=person, role=role)
    ids = {"public_id": site.public_id}
    if kind == "factory":
        ids |= {"machine": a_machine(site=site).public_id, "device": a_device(site=site).public_id}
    else:
        product = a_product(owner=enterprise)
        ids |= {"product": product.public_id, "order": an_order(buyer=owner, product=product).public_id}
    client.force_login(person)
    client.get("/")
    before, num_sent = everything(), 0
    for route in routes(get_resolver()):
        if route.startswith(OWN_AFFAIRS + NOT_OURS):
            continue
        path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda name: ids.get(name[1], "x"), route)
        answers = [*sent_by(client, path=path)]
        num_sent += len(answers)
        assert all(answer.status_code < 500 for answer in answers), path
    after = everything()
    assert num_sent > 300
    assert {name for name in after if after[name] != before[name]} == set()
