"""A fresh code at the moment of a grave act: from the authenticator app, or one of the recovery codes, each good once."""

from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _
from redis.exceptions import RedisError

from marketplace.accounts.errors import CodesNotCounted, SecondFactorMissing, TooManyCodes, WrongCode
from marketplace.accounts.viewer import Viewer

MOST_TRIES = 5
TRIES_WITHIN_S = 900  # real time
LONGEST_CODE = 20
TOTP = Authenticator.Type.TOTP


def require_second_factor(*, viewer: Viewer, code: str) -> str:
    """Use up a code of the viewer's; returns `totp` or `recovery_codes`.

    To be called last before an act is written. Raises `SecondFactorMissing`, `TooManyCodes`, `WrongCode`, and
    `CodesNotCounted` where nobody counts at this moment. Tries are counted outside the transaction, so that a refusal
    counts.
    """
    person_id = viewer.require_person()
    known = Authenticator.objects.filter(
        user_id=person_id, type__in=[TOTP, Authenticator.Type.RECOVERY_CODES]
    )
    authenticators = sorted(known, key=lambda one: one.type != TOTP)
    if not any(one.type == TOTP for one in authenticators):
        raise SecondFactorMissing(_("This needs two-step log-in: set it up first."))
    key = f"second-factor-tries:{person_id}"
    if _count_try(key) > MOST_TRIES:
        raise TooManyCodes(_("Too many codes were tried. Wait a quarter of an hour."), field="code")
    tried = code.replace(" ", "")[:LONGEST_CODE]
    for authenticator in authenticators:
        if tried and authenticator.wrap().validate_code(tried):
            cache.delete(key)
            return str(authenticator.type)
    raise WrongCode(_("This code is wrong, too old or was used before."), field="code")


def _count_try(key: str) -> int:
    cache.add(key, 0, timeout=TRIES_WITHIN_S)
    try:
        return int(cache.incr(key))
    except (RedisError, ValueError) as error:  # away, or emptied in between
        raise CodesNotCounted(
            _("Codes cannot be checked at this moment. Try again shortly."), field="code"
        ) from error
