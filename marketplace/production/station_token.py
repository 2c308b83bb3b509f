"""The secret of a station's link: it follows from the link's id, its serial and the house's key, so that a card
can be printed again though only a hash is kept."""

import base64
import hmac

from django.utils.crypto import salted_hmac

from marketplace.common.hashing import hash_token
from marketplace.production.models import StationLink

BYTES = 20  # 160 bits


def token_of(link: StationLink) -> str:
    """32 small letters and digits. After a change of the house's key it is not the link's any more: see `is_current`."""
    drawn = salted_hmac("production.station", f"{link.public_id}:{link.serial}", algorithm="sha256").digest()
    return base64.b32encode(drawn[:BYTES]).decode().lower()


def is_current(link: StationLink) -> bool:
    """What is printed now opens the link."""
    return hmac.compare_digest(hash_token(token_of(link)), link.token_hash)
