"""A sandbox for tests. It is NOT Stripe: it keeps the state and the rules that Muster relies on, and no more.

Requests are checked against the parameter types inside the `stripe` package: an unknown name or a wrong type is 400,
so that a call Stripe's own types do not know never looks as if it worked.
"""

from tests.payments.stripe_sandbox.server import running
from tests.payments.stripe_sandbox.state import Sandbox

__all__ = ["Sandbox", "running"]
