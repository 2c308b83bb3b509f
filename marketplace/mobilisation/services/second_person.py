"""The office hears that something waits for its second person."""

from datetime import datetime

from django.urls import reverse

from marketplace.accounts.services import tell
from marketplace.mobilisation.models import Declaration


def tell_second_person(declaration: Declaration, *, kind: str, key: str, now: datetime) -> None:
    """Once for each content (`key`, its hash) that is proposed."""
    tell(
        [declaration.office_id],
        key=f"second-person:{key[:48]}",
        kind=kind,
        facts={"title": declaration.title},
        url=reverse("mobilisation:declaration", args=[declaration.public_id]),
        now=now,
    )
