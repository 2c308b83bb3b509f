"""Program codes: short names that a person types at a control and a machine sends back, as in `MU-7K3F2`."""

import secrets

from marketplace.production.models import WorkOrder

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that is read for something else
RANDOM_CHARACTERS = 5


def new_codes(number: int) -> list[str]:
    """So many different codes that no work order has; the unique constraint has the last word."""
    found: set[str] = set()
    while len(found) < number:
        drawn = {_draw() for _ in range(number - len(found))}
        found |= drawn - set(WorkOrder.objects.filter(code__in=drawn).values_list("code", flat=True))
    return sorted(found, key=lambda _code: secrets.token_bytes(4))


def _draw() -> str:
    return "MU-" + "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_CHARACTERS))
