"""On every page in 简体中文 that anybody can reach there is no Latin word but names and units."""

import pytest
from django.conf import settings
from django.test import Client

from marketplace.accounts.models import Person
from tests.i18n.crawl import reachable
from tests.i18n.latin import latin_words
from tests.i18n.world import a_chinese_world

VISITORS = (
    "/", "/accounts/signup/", "/accounts/signup/?kind=factory", "/accounts/signup/?kind=buyer",
    "/accounts/signup/?kind=coordinator", "/accounts/login/", "/accounts/password/reset/", "/nothing-here",
)  # fmt: skip


def a_reader(person_id: int | None = None) -> Client:
    client = Client()
    if person_id is not None:
        client.force_login(Person.objects.get(pk=person_id), backend=settings.AUTHENTICATION_BACKENDS[0])
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    return client


def faults_of(pages):
    return [f"{page.path}: {', '.join(sorted(words))}" for page in pages if (words := latin_words(page.html))]


@pytest.mark.django_db
def test_visitors_read_no_latin_word():
    pages = reachable(a_reader(), *VISITORS)

    assert len(pages) >= len(VISITORS)
    assert not (faults := faults_of(pages)), "\n".join(faults)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("role", ["factory", "buyer", "coordinator"])
def test_members_read_no_latin_word(role):
    world = a_chinese_world()
    pages = reachable(a_reader(world[role].person_id), "/")

    assert [page.path for page in pages if page.status != 200] == []
    assert not (faults := faults_of(pages)), "\n".join(faults)


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<p>机器 idle</p>", {"idle"}),
        ('<p title="Close">关闭</p>', {"Close"}),
        ('<input placeholder="Filter">', {"Filter"}),
        ('<script type="application/json">{"texts": {"a": "%(n)s rows"}}</script>', {"rows"}),
        ('<script type="application/json">{"rows": ["Press 3"], "bars": []}</script>', {"Press"}),
        ("<p>4,700 h，ISO 9001，MQTT，M3，ord_0123456789abcdef</p>", set()),
        ('<code translate="no">POST /api/v1/observations</code>', set()),
        ('<time title="2026-03-02 16:00 Asia/Shanghai">16:00</time>', set()),
        ("<script>const words = 'not shown';</script>", set()),
        ("<p>工厂 A，宁波；li@example.org</p>", set()),
    ],
)
def test_a_latin_word_is_found(html, words):
    assert latin_words(html) == words
