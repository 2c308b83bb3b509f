"""The places of an enterprise."""

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.details import SiteDetails
from marketplace.accounts.errors import NameTaken, SiteInUse
from marketplace.accounts.models import Enterprise, Site
from marketplace.accounts.selectors import no_such_site
from marketplace.accounts.services.sign_up import site_values
from marketplace.accounts.viewer import Viewer
from marketplace.common.live import push_after_commit


@transaction.atomic
def add_site(*, viewer: Viewer, details: SiteDetails) -> Site:
    viewer.require_planner()
    enterprise = Enterprise.objects.get(pk=viewer.require_enterprise())
    site = Site(enterprise=enterprise, **site_values(details))
    _save(site)
    push_after_commit(f"enterprise:{enterprise.public_id}")
    return site


@transaction.atomic
def update_site(*, viewer: Viewer, site_public_id: str, details: SiteDetails) -> Site:
    viewer.require_planner()
    site = _locked(viewer, site_public_id)
    for name, value in site_values(details).items():
        setattr(site, name, value)
    _save(site)
    push_after_commit(f"enterprise:{site.enterprise.public_id}")
    return site


@transaction.atomic
def remove_site(*, viewer: Viewer, site_public_id: str) -> None:
    """Raises `SiteInUse` while machines stand there."""
    viewer.require_planner()
    site = _locked(viewer, site_public_id)
    topic = f"enterprise:{site.enterprise.public_id}"
    try:
        with transaction.atomic():
            site.delete()
    except ProtectedError as error:
        raise SiteInUse(_("Machines or orders still name this site.")) from error
    push_after_commit(topic)


def _locked(viewer: Viewer, public_id: str) -> Site:
    site = (
        Site.objects.select_for_update(of=("self",), no_key=True)
        .select_related("enterprise")
        .filter(enterprise=viewer.enterprise_id, public_id=public_id)
        .first()
    )
    if site is None:
        raise no_such_site()
    return site


def _save(site: Site) -> None:
    """The unique constraint on (enterprise, name) has the last word."""
    try:
        with transaction.atomic():
            site.save()
    except IntegrityError as error:
        raise NameTaken(_("A site of this name is there already."), field="name", value=site.name) from error
