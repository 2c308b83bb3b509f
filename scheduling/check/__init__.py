"""The independent checker of plans: rules 1 to 11 of the planning contract.

It knows no solver and shares only the parsed values with the rest: durations, leads, costs and stock are
computed here a second time, on purpose. Each rule is one small file; `docs/decisions/0002` says how
sentences with two readings are read. Rule 12 (ratings) needs solving and is a test.
"""

from scheduling.check.judge import check
from scheduling.check.violation import Violation

__all__ = ["Violation", "check"]
