"""A firm that somebody else writes down: a factory without people, unverified, until it is claimed by its link."""

from django.db import transaction

from marketplace.accounts.details import EnterpriseDetails, SiteDetails
from marketplace.accounts.models import Enterprise, Site
from marketplace.accounts.services.sign_up import site_values


@transaction.atomic
def write_down_enterprise(*, name: str, registration_number: str, site: SiteDetails) -> Enterprise:
    """The verified or once written-down factory of this number, else a new one, unclaimed.

    What is there is left as it is: only its own people change an enterprise. An unverified member may have typed
    any number, so it is not taken for the firm.
    """
    EnterpriseDetails(name=name, registration_number=registration_number)
    factories = Enterprise.objects.filter(
        registration_number=registration_number, kind=Enterprise.Kind.FACTORY
    )
    known = factories.filter(verification=Enterprise.Verification.VERIFIED).order_by("pk").first()
    known = known or factories.filter(claim_links__used_at__isnull=False).order_by("pk").first()
    if known is not None:
        return known
    enterprise, is_new = Enterprise.objects.get_or_create(
        registration_number=registration_number,
        is_claimed=False,
        defaults={"name": name, "kind": Enterprise.Kind.FACTORY},
    )
    if is_new:
        Site.objects.create(enterprise=enterprise, **site_values(site))
    return enterprise
