"""Links that begin with our address; and secret ones that can be shown again and are stored nowhere.

The token of a secret link is signed anew from what it opens. The row keeps `hash_token(token)` to be found by, and
`issue` to be counted up when a link must die. Who reads the database learns no link; it takes the SECRET_KEY too.
"""

import hmac
from base64 import b32encode, urlsafe_b64encode
from hashlib import sha256

from django.conf import settings
from django.utils.crypto import salted_hmac

TOKEN_BYTES = 24  # 192 bits
PRINTED_BYTES = 20  # 160 bits


def public_url(path: str) -> str:
    """The whole link to a path that begins with "/", for e-mails, QR codes, documents and other houses."""
    return f"{settings.PUBLIC_URL.rstrip('/')}{path}"


def link_token(*, purpose: str, public_id: str, issue: int) -> str:
    """The token of the `issue`-th link of this purpose to this object: 32 characters that nobody guesses."""
    signed = hmac.digest(settings.SECRET_KEY.encode(), f"link|{purpose}|{public_id}|{issue}".encode(), sha256)
    return urlsafe_b64encode(signed[:TOKEN_BYTES]).decode()


def printed_token(*, purpose: str, public_id: str, issue: int) -> str:
    """The same for a link on paper, which somebody may have to type: 32 small letters and digits."""
    signed = salted_hmac(purpose, f"{public_id}:{issue}", algorithm="sha256").digest()
    return b32encode(signed[:PRINTED_BYTES]).decode().lower()
