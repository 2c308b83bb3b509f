"""Requests as our views get them."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from marketplace.accounts.models import Person
from marketplace.accounts.viewer import Viewer


class ViewerRequest(HttpRequest):
    """A request after the middleware: somebody (or a visitor) looks at something."""

    viewer: Viewer
    user: Person
    htmx: HtmxDetails
