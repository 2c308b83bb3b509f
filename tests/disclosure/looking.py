"""Everything somebody can be answered by GET: the pages they find by links, every endpoint of the API, every page
whose address holds an id, tried with the ids of others."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import product

from django.apps import apps
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.generators import SchemaGenerator

from marketplace.accounts.models import Person
from marketplace.accounts.viewer import Viewer
from marketplace.disclosure import register
from marketplace.disclosure.words import Audience
from tests.i18n.crawl import reachable

PUBLIC_ID = re.compile(r"\b([a-z]{2,3})_[0-9a-z]{16}\b")
UNKNOWN = "0" * 16
NO_GET = 405
COMPONENT = re.compile(r"#/components/schemas/(\w+)")
LEFT_OUT = ("admin/", "api/", "accounts/", "i18n/", "jsi18n/")
# What else than a public id a place in an address may hold.
WORDS = {
    "process": "press", "audience": "lab", "on": "2026-03-09", "key": "nothing", "number": "1", "step": "receipt",
    "file": "machines.csv",
}  # fmt: skip
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\{(\w+)\}")
CHANGING = re.compile(
    r'<script id="shell-settings".*?</script>|<time .*?</time>|csrfmiddlewaretoken" value="[^"]*"'
    r'|"X-CSRFToken": "[^"]*"|"request_id": ?"[^"]*"|/[a-z]+_[0-9a-z]{16}/',
    re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    path: str
    status: int
    text: str
    is_look: bool = False  # asked for by POST, because the product writes down that it was read

    @property
    def likeness(self) -> tuple[int, str]:
        """What must be equal for a foreign id and one that does not exist."""
        return self.status, PUBLIC_ID.sub("ID", CHANGING.sub("", self.text))


def a_client(viewer: Viewer | None) -> Client:
    client = Client()
    if viewer is not None:
        person = Person.objects.get(pk=viewer.person_id)
        client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def everything(viewer: Viewer | None, *, starts: tuple[str, ...], foreign: dict[str, str]) -> list[Answer]:
    """What they find by links; then every address with one id of each kind of their own, and with a foreign one."""
    client = a_client(viewer)
    found = [
        Answer(path=page.path, status=page.status, text=page.html) for page in reachable(client, "/", *starts)
    ]
    lists = [get(client, path) for path in api_paths() if "{" not in path]
    own = {match[1]: match[0] for one in [*found, *lists] for match in PUBLIC_ID.finditer(one.text)}
    seen = {one.path for one in found}
    for path in [*api_paths(), *page_paths()]:
        for ids in (own, foreign):
            for filled in filled_with(path, ids):
                if PARAMETER.search(path) and filled not in seen:
                    seen.add(filled)
                    found.append(get(client, filled))
    return found + lists


def looks(viewer: Viewer | None, *, audience: Audience, ids: dict[str, str]) -> list[Answer]:
    """What the register says is for the audience and nobody is given by GET: asked for by POST, with these ids."""
    client, found = a_client(viewer), []
    for path in [*paths_for(audience), *readings_of_the_api(audience)]:
        for filled in filled_with(path, ids):
            if get(client, filled).status == NO_GET:
                found.append(replace(get(client, filled, method="post"), is_look=True))
    return found


def get(client: Client, path: str, *, method: str = "get") -> Answer:
    response = getattr(client, method)(path)
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return Answer(path=path, status=response.status_code, text=content.decode(errors="replace"))


@cache
def api_paths() -> list[str]:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    return sorted(path for path, methods in schema["paths"].items() if "get" in methods)


@cache
def page_paths() -> list[str]:
    """Addresses of pages, with their parameters as they stand in the patterns."""
    return sorted({f"/{path}" for path in _patterns(get_resolver()) if not path.startswith(LEFT_OUT)})


def paths_for(audience: Audience) -> list[str]:
    """Addresses of the pages that the register says are for the audience."""
    named = {name: f"/{path}" for name, path in _named(get_resolver())}
    return [named[name] for name, shown in register.pages().items() if audience in shown.audiences]


def readings_of_the_api(audience: Audience) -> list[str]:
    """Paths with a POST that answers with something the register says is for the audience."""
    meant = {name for (name, _field), shown in register.fields().items() if audience in shown.audiences}
    schema = SchemaGenerator().get_schema(request=None, public=True)
    posts = {
        path: methods["post"]["responses"] for path, methods in schema["paths"].items() if "post" in methods
    }
    return [path for path, answers in posts.items() if meant & set(COMPONENT.findall(str(answers)))]


def _named(resolver: URLResolver, before: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    for pattern in resolver.url_patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            if pattern.name:
                yield space + pattern.name, path
        else:
            yield from _named(pattern, path, space + (f"{pattern.namespace}:" if pattern.namespace else ""))


def _patterns(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            if "^" not in path:
                yield path
        else:
            yield from _patterns(pattern, path)


def filled_with(path: str, ids: dict[str, str]) -> Iterator[str]:
    """The path with an id of the kind each parameter wants; where that is not known, with one of every kind."""
    names = [one or other for one, other in PARAMETER.findall(path)]
    for values in product(*(_fitting(name, path=path, ids=ids) for name in names)):
        filling = iter(values)
        yield PARAMETER.sub(lambda _match: next(filling), path)  # noqa: B023 - consumed at once


def _fitting(name: str, *, path: str, ids: dict[str, str]) -> list[str]:
    if name in WORDS:
        return [WORDS[name]]
    kind = KINDS.get(name) or _prefixes().get(name.replace("_", ""), "")
    kind = kind or next((KINDS[word] for word in KINDS if re.search(f"/{word}s?/", path)), "")
    return [ids[kind]] if kind in ids else [] if kind else sorted(ids.values())


@cache
def _prefixes() -> dict[str, str]:
    """Prefix of public ids by the name of the model."""
    return {
        str(model._meta.model_name): getattr(model._meta.get_field("public_id"), "prefix", "")
        for model in apps.get_models()
        if any(one.name == "public_id" for one in model._meta.fields)
    }


# The kind of id a parameter, or the word before it, stands for; others are called like their model.
KINDS = {
    "machine": "mac", "plan": "pln", "taken": "tak", "firm": "ent", "window": "win", "package": "pkg", "site": "sit",
    "member": "per", "token": "tok", "invitation": "inv", "draft": "imp", "article": "art", "rating": "rat", "call": "stc",
    "people": "per",
}  # fmt: skip
