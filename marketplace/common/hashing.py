"""What is stored of a secret."""

import hashlib


def hash_token(token: str) -> str:
    """SHA-256 in hex: enough for a random secret of 160 bits or more, never for a password."""
    return hashlib.sha256(token.encode()).hexdigest()
