"""Where one can go: a few places for each kind of enterprise, by URL name."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Enterprise
from marketplace.accounts.viewer import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A destination: `name` is a URL name, `icon` one of Tabler's outline icons.

    Paths that begin with one of `also` belong to it besides those below its own.
    """

    name: str
    label: Promise | str
    icon: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    url: str
    label: Promise | str
    icon: str
    is_current: bool


SETTINGS = Place(
    name="accounts:settings", label=_("Settings"), icon="settings", also=("/accounts/", "/disclosure/")
)
PLACES: dict[str, tuple[Place, ...]] = {
    Enterprise.Kind.FACTORY: (
        Place(
            name="trading:home",
            label=_("Home"),
            icon="home",
            also=("/booked/", "/runs/", "/payouts/", "/contracts/"),
        ),
        Place(name="production:today", label=_("Work"), icon="tool"),
        Place(name="capacity:list", label=_("Machines"), icon="assembly"),
        Place(name="trading:offers", label=_("Offers"), icon="inbox"),
        Place(name="delivery:shipments", label=_("Shipments"), icon="truck", also=("/box/",)),
        Place(name="machines:data", label=_("Data"), icon="activity", also=("/capacity-read/", "/devices/")),
        SETTINGS,
    ),
    Enterprise.Kind.BUYER: (
        Place(
            name="orders:list",
            label=_("Orders"),
            icon="clipboard-list",
            also=("/plans/", "/runs/", "/first-articles/", "/contracts/", "/box/", "/shipments/"),
        ),
        Place(name="orders:new", label=_("New order"), icon="plus"),
        Place(name="orders:products", label=_("Products"), icon="box", also=("/materials/",)),
        SETTINGS,
    ),
    Enterprise.Kind.COORDINATOR: (
        Place(name="mobilisation:control-room", label=_("Control room"), icon="radar-2"),
        Place(
            name="mobilisation:emergencies",
            label=_("Emergency"),
            icon="urgent",
            also=("/firms/", "/questions/", "/extensions/", "/ratings/"),
        ),
        Place(name="mobilisation:network", label=_("Network"), icon="topology-star-3"),
        SETTINGS,
    ),
}
STAFF: tuple[Place, ...] = (Place(name="payments:desk", label=_("Payments"), icon="receipt"),)
PERSONAL: tuple[Place, ...] = (
    Place(name="accounts:notices", label=_("Notices"), icon="bell"),
    Place(name="accounts:profile", label=_("Your profile"), icon="user"),
    Place(name="accounts:sites", label=_("Sites"), icon="map-pin"),
    Place(name="accounts:people", label=_("People"), icon="users"),
    Place(name="accounts:tokens", label=_("API tokens"), icon="key"),
    Place(name="account_change_password", label=_("Change password"), icon="lock"),
    Place(name="mfa_index", label=_("Two-step log-in"), icon="shield-lock"),
    Place(name="account_logout", label=_("Log out"), icon="logout"),
)


def navigation_for(viewer: Viewer, *, path: str, is_staff: bool = False) -> tuple[Link, ...]:
    """The rail of the viewer's kind of enterprise, and of the platform's staff; current is the place with the longest
    beginning of `path`."""
    places = PLACES.get(viewer.kind, (SETTINGS,) if viewer.person_id else ())
    if is_staff:
        places = (*STAFF, *places)
    beginnings = {
        start: place
        for place in places
        for start in (reverse(place.name), *place.also)
        if path.startswith(start)
    }
    current = beginnings[max(beginnings, key=len)] if beginnings else None
    return tuple(_link(place, is_current=place is current) for place in places)


def destinations_for(viewer: Viewer) -> tuple[Link, ...]:
    """What the command menu offers: the rail and the pages behind the settings."""
    if viewer.person_id is None:
        return ()
    return tuple(_link(place) for place in (*PLACES.get(viewer.kind, (SETTINGS,)), *PERSONAL))


def _link(place: Place, *, is_current: bool = False) -> Link:
    return Link(url=reverse(place.name), label=place.label, icon=place.icon, is_current=is_current)
