"""Codes of officers are those any authenticator shows."""

import base64

import pytest

from scenarios.second_factor import code_of

SECRET = base64.b32encode(b"12345678901234567890").decode()  # of RFC 6238, appendix B


@pytest.mark.parametrize(
    ("at", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_codes_are_those_of_the_standard(at, code):
    assert code_of(SECRET, at=at) == code
