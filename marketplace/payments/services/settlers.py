"""Who may say that money moved: staff with the right to settle. What they were refused is logged."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Person
from marketplace.common.errors import DomainError, Forbidden

PERMISSION = "payments.settle_money"

log = logging.getLogger(__name__)


def may_settle(person: Person) -> bool:
    return person.is_active and person.is_staff and person.has_perm(PERMISSION)


def require_settler(person: Person) -> None:
    """Raise `Forbidden` for anybody else."""
    if not may_settle(person):
        raise Forbidden(_("Only staff who settle money may do this."))


@contextmanager
def refusals_logged(what: str, *, by: Person, **facts: object) -> Iterator[None]:
    """A refused word about money leaves a line in the log: who, what, why."""
    try:
        yield
    except DomainError as error:
        log.warning("%s by %s refused: %s %r", what, by.public_id, error.code, facts)
        raise
