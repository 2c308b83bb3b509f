"""Taking over an enterprise that others wrote down: by its link, once; whoever holds it becomes the owner."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.errors import AlreadyClaimed
from marketplace.accounts.models import ClaimLink, Enterprise, Membership, Person
from marketplace.accounts.selectors import claim_gone
from marketplace.accounts.services.notices import tell
from marketplace.accounts.viewer import Viewer
from marketplace.common import audit
from marketplace.common.hashing import hash_token
from marketplace.common.ids import new_public_id
from marketplace.common.links import link_token

VALID_FOR = timedelta(days=30)  # real time
PURPOSE = "claim"


@transaction.atomic
def make_claim_link(*, viewer: Viewer, enterprise_id: int, real_now: datetime) -> tuple[ClaimLink, str]:
    """The link of the viewer's office to an unclaimed enterprise, and its token.

    For the apps above, which have checked that the enterprise is in the office's book. A link that still stands is
    the same again; one that is too old is replaced. Raises `AlreadyClaimed`.
    """
    viewer.require_planner()
    enterprise = Enterprise.objects.select_for_update(no_key=True).get(pk=enterprise_id)
    if enterprise.is_claimed:
        raise AlreadyClaimed(_("This firm has an account of its own already."))
    link = ClaimLink.objects.filter(enterprise=enterprise, made_for=viewer.enterprise_id).first()
    if link is None:
        link = ClaimLink(
            public_id=new_public_id("clm"),
            enterprise=enterprise,
            made_for_id=viewer.require_enterprise(),
            issue=0,
        )
    if link.issue == 0 or link.expires_at <= real_now:
        link.issue += 1
        link.made_by_id = viewer.require_person()
        link.expires_at = real_now + VALID_FOR
        link.token_hash = hash_token(_token(link))
        link.save()
    return link, _token(link)


@transaction.atomic
def claim(*, person: Person, token: str, now: datetime, real_now: datetime) -> Membership:
    """Once, in time: the person becomes the owner, every link to the enterprise dies, the office is told.

    Raises `ClaimGone`.
    """
    found = (
        ClaimLink.objects.filter(token_hash=hash_token(token)).values_list("enterprise_id", flat=True).first()
    )
    if found is None:
        raise claim_gone()
    enterprise = Enterprise.objects.select_for_update(no_key=True).get(pk=found)
    links = list(
        ClaimLink.objects.select_for_update(no_key=True).filter(enterprise=enterprise).order_by("pk")
    )
    link = next((one for one in links if one.token_hash == hash_token(token)), None)
    if link is None or link.used_at is not None or link.expires_at <= real_now or enterprise.is_claimed:
        raise claim_gone()
    enterprise.is_claimed = True
    enterprise.save(update_fields=["is_claimed"])
    membership = Membership.objects.create(person=person, enterprise=enterprise, role=Membership.Role.OWNER)
    link.used_by = person
    for one in links:
        one.used_at = real_now
        one.save(update_fields=["used_at", "used_by"])
    tell(
        {one.made_for_id for one in links},
        key=f"accounts.claimed:{enterprise.public_id}",
        kind="accounts.firm-claimed",
        facts={"firm": enterprise.name, "person": str(person)},
        url="/firms/",
        now=now,
    )
    audit.record(
        action="accounts.enterprise-claimed",
        viewer=Viewer(person_id=person.pk, enterprise_public_id=enterprise.public_id),
        subject=enterprise.public_id,
        facts={"link": link.public_id},
        now=now,
    )
    return membership


def _token(link: ClaimLink) -> str:
    return link_token(purpose=PURPOSE, public_id=link.public_id, issue=link.issue)
