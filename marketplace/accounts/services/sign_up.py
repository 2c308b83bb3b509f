"""A new enterprise: its founder is its first owner."""

from django.db import transaction

from marketplace.accounts.details import EnterpriseDetails, SiteDetails
from marketplace.accounts.models import Enterprise, Membership, Person, Site
from marketplace.common.checks import require_choice


@transaction.atomic
def found_enterprise(
    *, founder: Person, kind: str, details: EnterpriseDetails, site: SiteDetails | None = None
) -> Enterprise:
    """`kind` is one of `Enterprise.Kind`. The enterprise begins unverified."""
    require_choice(kind, field="kind", choices=Enterprise.Kind.values)
    enterprise = Enterprise.objects.create(
        name=details.name,
        kind=kind,
        registration_number=details.registration_number,
        certificates=list(details.certificates),
        identity_is_public=details.identity_is_public,
    )
    Membership.objects.create(person=founder, enterprise=enterprise, role=Membership.Role.OWNER)
    if site is not None:
        Site.objects.create(enterprise=enterprise, **site_values(site))
    return enterprise


def site_values(site: SiteDetails) -> dict[str, object]:
    """The columns of a site row."""
    return {
        "name": site.name,
        "address": site.address,
        "city": site.city,
        "region": site.region,
        "country": site.country,
        "lat": site.lat,
        "lon": site.lon,
        "time_zone": site.time_zone,
        "certificates": list(site.certificates),
    }
