"""What is said about enterprises and sites, checked when it is said."""

import re
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from marketplace.accounts.places import City
from marketplace.common.checks import require_number, require_text, require_texts
from marketplace.common.errors import InvalidInput
from marketplace.common.zones import known_zones

MAX_CERTIFICATES = 30
COUNTRY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteDetails:
    """A place of an enterprise; `lat` and `lon` in degrees, `country` as ISO 3166 two letters, an IANA time zone."""

    name: str
    city: str
    region: str
    lat: float
    lon: float
    address: str = ""
    country: str = "CN"
    time_zone: str = "Asia/Shanghai"
    certificates: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require_text(self.name, field="name", least=1, most=120)
        require_text(self.city, field="city", least=1, most=80)
        require_text(self.region, field="region", least=1, most=80)
        require_text(self.address, field="address", most=240)
        require_number(self.lat, field="lat", least=-90, most=90)
        require_number(self.lon, field="lon", least=-180, most=180)
        require_texts(self.certificates, field="certificates", most=MAX_CERTIFICATES, longest=40)
        if not COUNTRY.fullmatch(self.country):
            raise InvalidInput(
                _("A country is two capital letters."), field="country", value=self.country[:8]
            )
        if self.time_zone not in known_zones():
            raise InvalidInput(
                _("This is no time zone we know."), field="time_zone", value=self.time_zone[:64]
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseDetails:
    name: str
    registration_number: str = ""
    certificates: tuple[str, ...] = ()
    identity_is_public: bool = False

    def __post_init__(self) -> None:
        require_text(self.name, field="name", least=2, most=160)
        require_text(self.registration_number, field="registration_number", most=64)
        require_texts(self.certificates, field="certificates", most=MAX_CERTIFICATES, longest=40)


def site_in(city: City, *, lat: float | None = None, lon: float | None = None, name: str = "") -> SiteDetails:
    """A site in a city of the list, at the city's position unless another is given."""
    return SiteDetails(
        name=name or city.name,
        city=city.name,
        region=city.region,
        country=city.country,
        lat=city.lat if lat is None else lat,
        lon=city.lon if lon is None else lon,
        time_zone=city.time_zone,
    )
