"""The secret of a station's link, so that a card can be printed again though only a hash is kept."""

import hmac

from marketplace.common.hashing import hash_token
from marketplace.common.links import printed_token
from marketplace.production.models import StationLink

PURPOSE = "production.station"


def token_of(link: StationLink) -> str:
    """After a change of the house's key it is not the link's any more: see `is_current`."""
    return printed_token(purpose=PURPOSE, public_id=link.public_id, issue=link.serial)


def is_current(link: StationLink) -> bool:
    """What is printed now opens the link."""
    return hmac.compare_digest(hash_token(token_of(link)), link.token_hash)
