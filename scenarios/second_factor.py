"""The second factor of a scenario's officers: `python -m scenarios.second_factor` prints their codes of this moment.

Time-based one-time passwords after RFC 6238: SHA-1, 30 s, six digits.
"""

import base64
import hashlib
import hmac
import os
import struct
import time
from pathlib import Path

from scenarios.keys import read_keys

PERIOD_S = 30
DIGITS = 6


def code_of(secret: str, *, at: float) -> str:
    """`secret` in base 32; `at` in seconds since 1970."""
    counter = struct.pack(">Q", int(at) // PERIOD_S)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 0x0F
    (number,) = struct.unpack(">I", digest[start : start + 4])
    return f"{(number & 0x7FFFFFFF) % 10**DIGITS:0{DIGITS}d}"


def main() -> None:
    """Of every world in the state folder whose officers have one."""
    for file in sorted(Path(os.environ.get("STATE") or ".state").glob("*.keys.json")):
        keys = read_keys(file)
        for who, officer in (("coordinator", keys.coordinator), ("approver", keys.approver)):
            if officer.totp:
                print(f"{who}@muster.example  {code_of(officer.totp, at=time.time())}")


if __name__ == "__main__":
    main()
