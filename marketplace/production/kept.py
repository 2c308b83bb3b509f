"""What a phone keeps of the station for where there is no network: which files, in which release, and how long a page.

The worker in the browser keeps a page only if its answer bears the headers set here: those of phones that are in.
"""

import hashlib
import json
from datetime import datetime
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpResponse
from django.template.loader import get_template
from django.urls import reverse

from marketplace.production.models import StationSession

WORKER = "js/station/worker.js"
FILES = (
    "vendor/tabler/tabler.min.css", "css/tokens.css", "css/components.css", "css/station.css", "img/mark.svg",
    "js/theme.js", "js/station/station.js", "js/station/offline.js",
)  # fmt: skip
MODULES = ("age.js", "keys.js", "known.js", "store.js")  # imported beside a script, by these very names
TEMPLATES = ("production/station_base.html", "production/station.html", "production/station_offline.html")
RELEASE_HEADER = "Station-Release"
SECONDS_HEADER = "Station-Open-For"
LONGEST_RELEASE = 12


@cache
def release() -> str:
    """Another one whenever a file or template of the station is another."""
    digest = hashlib.sha256()
    for path in (*map(_source, (WORKER, *FILES, *_modules())), *map(_template, TEMPLATES)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:LONGEST_RELEASE]


def worker_script() -> str:
    """The worker, told what to keep. A new release is another script: browsers then put it in the old one's place."""
    told = {
        "release": release(),
        "shell": reverse("production:station-offline"),
        "files": [staticfiles_storage.url(name) for name in FILES]
        + [settings.STATIC_URL + name for name in _modules()],
    }
    return f"const TOLD = {json.dumps(told)};\n{_source(WORKER).read_text()}"


def may_be_kept(answer: HttpResponse, session: StationSession, *, real_now: datetime) -> HttpResponse:
    """Marks the page of a phone that is in: to be kept until its session ends, for this release's worker alone."""
    left = session.expires_at - real_now
    answer[RELEASE_HEADER], answer[SECONDS_HEADER] = release(), str(max(0, int(left.total_seconds())))
    return answer


def _modules() -> list[str]:
    return [f"js/station/{name}" for name in MODULES]


def _source(name: str) -> Path:
    found = finders.find(name)
    if not isinstance(found, str):
        raise FileNotFoundError(name)
    return Path(found)


def _template(name: str) -> Path:
    return Path(get_template(name).origin.name)  # type: ignore[attr-defined]
