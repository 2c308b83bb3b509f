"""The frame of every page."""

import re
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from config.navigation import PERSONAL, PLACES
from marketplace.accounts.models import Enterprise
from marketplace.common import clock
from marketplace.common.show.icons import icon_svg
from tests.builders import NOW, a_membership, an_enterprise

pytestmark = pytest.mark.django_db
TEMPLATES = Path(__file__).parents[2] / "templates"


def page(client, url="/settings/profile"):
    """The page's source with all space alike."""
    return " ".join(client.get(url).content.decode().split())


@pytest.fixture
def somebody(client):
    def log_in(kind):
        membership = a_membership(enterprise=an_enterprise(kind=kind))
        client.force_login(membership.person)
        return membership

    return log_in


@pytest.mark.parametrize("kind", Enterprise.Kind.values)
def test_each_kind_has_its_own_places_in_rail_and_bottom_bar(client, somebody, kind):
    somebody(kind)
    html = page(client)
    for place in PLACES[kind]:
        assert html.count(f'href="{reverse(place.name)}"') >= 2, place.name
    others = {place.name for places in PLACES.values() for place in places} - {p.name for p in PLACES[kind]}
    for name in others:
        assert f'class="m-nav__link" href="{reverse(name)}"' not in html


def test_the_current_place_is_marked_once_in_each_bar(client, somebody):
    somebody(Enterprise.Kind.FACTORY)
    html = page(client, "/settings/sites/")
    marked = re.findall(r'class="(m-\S+)" href="([^"]+)" aria-current="page"', html)
    assert sorted(marked) == [("m-menu__item", "/settings/"), ("m-nav__link", "/settings/")]  # behind More
    html = page(client, reverse("trading:home"))
    assert sorted(re.findall(r'class="(m-\S+)" href="[^"]+" aria-current="page"', html)) == [
        "m-bottom-bar__link",
        "m-nav__link",
    ]


def test_deeper_pages_belong_to_a_place_of_the_rail(client, somebody):
    deep = {
        Enterprise.Kind.FACTORY: (
            "/payouts/",
            "/contracts/",
            "/devices/new/",
            "/shipments/history/",
            "/disclosure/",
        ),
        Enterprise.Kind.BUYER: ("/contracts/", "/first-articles/", "/materials/", "/shipments/receive/"),
    }
    for kind, paths in deep.items():
        somebody(kind)
        for path in paths:
            assert 'aria-current="page"' in page(client, path), path


def test_the_phone_has_at_most_five_in_its_bar_and_the_rest_behind_more(client, somebody):
    somebody(Enterprise.Kind.FACTORY)
    bar = page(client).split('class="m-bottom-bar"')[1].split("</nav>")[0]
    front, more = bar.split("<details")

    assert front.count("m-bottom-bar__link") == 4
    assert front.count("href=") + more.count("href=") == len(PLACES["factory"])


def test_the_command_menu_lists_the_places_and_nothing_for_visitors(client, somebody):
    assert "command-menu" not in page(client, "/")
    somebody(Enterprise.Kind.BUYER)
    html = page(client)
    for place in (*PLACES["buyer"], *PERSONAL):
        assert f'data-url="{reverse(place.name)}"' in html


def test_the_title_is_tab_and_heading(client, somebody):
    somebody(Enterprise.Kind.FACTORY)
    html = page(client)
    assert "<title>Your profile · Muster</title>" in html
    assert '<h1 id="page-title"> Your profile </h1>' in html


@pytest.mark.parametrize("state", Enterprise.Verification.values)
def test_the_verification_of_the_enterprise_is_told_everywhere(client, state):
    membership = a_membership(enterprise=an_enterprise(verification=state))
    client.force_login(membership.person)
    assert (
        str(Enterprise.Verification(state).label)
        in page(client, "/settings/profile").split("m-menu__panel")[1]
    )


def test_one_enterprise_needs_no_switch_and_two_do(client, somebody):
    membership = somebody(Enterprise.Kind.FACTORY)
    assert 'action="/switch"' not in page(client)
    other = a_membership(person=membership.person)
    html = page(client)
    assert f'value="{other.enterprise.public_id}"' in html


def test_a_clock_that_runs_apart_is_shown_with_its_speed(client, somebody):
    somebody(Enterprise.Kind.FACTORY)
    assert "data-clock " not in page(client)
    clock.set_clock(speed=600, business_at=NOW)
    html = page(client)
    assert "data-clock " in html
    assert "600×" in html
    told = client.get("/clock").json()
    assert told["speed"] == 600
    assert told["now"].startswith("2026-03-02T08:")


@pytest.mark.parametrize("url", ["/", "/accounts/login/", "/accounts/signup/?kind=factory", "/nothing"])
def test_pages_of_visitors_run_no_inline_script_and_load_from_here_only(client, url):
    answer = client.get(url)
    html = answer.content.decode()
    scripts = re.findall(r"<script\b([^>]*)>", html)
    assert all("src=" in attributes or 'type="application/json"' in attributes for attributes in scripts)
    assert not re.search(r"\son\w+=", html)
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', html)
    assert "script-src 'self'" in answer["Content-Security-Policy"]


def test_pages_that_show_a_breakage_need_no_context():
    for name in ("400.html", "403_csrf.html", "500.html"):
        assert "<h1>" in render_to_string(name)


def test_an_old_form_is_told_so():
    from django.test import Client

    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {})
    assert answer.status_code == 403
    assert "too old" in answer.content.decode()


def test_every_icon_in_the_templates_and_in_the_navigation_exists():
    names = {place.icon for places in (*PLACES.values(), PERSONAL) for place in places}
    for template in TEMPLATES.rglob("*.html"):
        names |= set(re.findall(r'{% (?:icon|empty_state) "([^"]+)"', template.read_text("utf-8")))
    assert len(names) > 30
    for name in names:
        assert icon_svg(name)


def test_no_template_relies_on_scripts_that_are_not_there():
    for template in TEMPLATES.rglob("*.html"):
        text = template.read_text("utf-8")
        assert "data-bs-toggle" not in text, template
        assert not re.search(r"\s(onclick|onchange|onsubmit)=", text), template
