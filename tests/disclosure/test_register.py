"""Every field of the API and every page is registered with its field groups and audiences, and nothing that is gone."""

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.generators import SchemaGenerator

from marketplace.disclosure import register
from marketplace.disclosure.matrix import BadMatrix

FRAME = {"next", "previous", "results"}  # of a paginated list


def fields_of_the_api() -> set[tuple[str, str]]:
    """(component, property) of everything the API answers."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    return {
        (component, name)
        for component, described in schema["components"]["schemas"].items()
        if not component.endswith("Request")
        for name in described.get("properties", {})
        if not (component.startswith("Paginated") and name in FRAME)
    }


def names_of_pages() -> set[str]:
    """URL names with their namespaces; the API has none, the Django admin is looked at by test_admin."""
    return {name for name in _names(get_resolver()) if not name.startswith("admin:")}


def _names(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            if pattern.name:
                yield namespace + pattern.name
        else:
            yield from _names(pattern, namespace + (f"{pattern.namespace}:" if pattern.namespace else ""))


def test_every_field_of_the_api_is_registered_and_none_that_is_gone():
    shown, known = fields_of_the_api(), set(register.fields())
    assert len(shown) > 200
    missing, gone = sorted(shown - known), sorted(known - shown)
    assert not missing, f"add to data/fields.toml: {missing}"
    assert not gone, f"take out of data/fields.toml: {gone}"


def test_every_page_is_registered_and_none_that_is_gone():
    shown, known = names_of_pages(), set(register.pages())
    assert len(shown) > 80
    missing, gone = sorted(shown - known), sorted(known - shown)
    assert not missing, f"add to data/pages.toml: {missing}"
    assert not gone, f"take out of data/pages.toml: {gone}"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[A]\nfor = ["own"]\ngossip = ["x"]', "there is no field group gossip"),
        ('[A]\nfor = ["stranger"]\ncity = ["x"]', "there is no audience stranger"),
        ('[A]\nfor = ["public"]\nprices = ["x"]', "A: public sees nothing of prices"),
        ('[A]\nfor = ["own"]\nprices = ["x"]\ncity = ["x"]', "A.x is registered twice"),
        ('[A]\nfor = []\nprices = ["x"]', "an audience are needed"),
    ],
)
def test_a_field_nobody_may_see_or_knows_is_refused(text, says):
    with pytest.raises(BadMatrix, match=says):
        register.parse_fields(text)


def test_a_page_for_an_audience_that_may_see_nothing_of_it_is_refused():
    with pytest.raises(BadMatrix, match="coordinator sees nothing of prices"):
        register.parse_pages('"x:y" = "own coordinator: prices"')
