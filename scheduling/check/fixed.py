"""Rule 9: fixed lots appear unchanged."""

from collections.abc import Iterator

from scheduling.check.case import Case
from scheduling.check.violation import Violation


def check_fixed_lots(case: Case) -> Iterator[Violation]:
    found = {lot.id: (at, lot) for at, lot in enumerate(case.plan.lots)}
    for fixed in case.problem.fixed_lots:
        if fixed.id not in found:
            yield Violation(rule=9, path="lots", text=f"fixed lot {fixed.id!a} is missing")
            continue
        at, lot = found[fixed.id]
        for name in type(fixed).__slots__:
            wanted, stated = getattr(fixed, name), getattr(lot, name)
            if wanted != stated:
                text = f"is {stated!a}, but the lot is fixed with {wanted!a}"
                yield Violation(rule=9, path=f"lots[{at}].{name}", text=text)
