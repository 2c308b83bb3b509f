"""Rule 1: a lot runs where its operation and its order allow it."""

from collections.abc import Iterator

from scheduling.check.case import Case, LotInCase
from scheduling.check.violation import Violation


def check_capability(case: Case) -> Iterator[Violation]:
    """Mode, certificates of order and operation, blocked enterprises, regions; fixed lots are exempt."""
    for each in case.lots:
        if not each.fixed:
            for text in _faults(each, case=case):
                yield Violation(rule=1, path=each.path, text=text)


def _faults(each: LotInCase, *, case: Case) -> Iterator[str]:
    enterprise = case.problem.enterprise_by_id[each.site.enterprise]
    held = each.machine.certificates | each.site.certificates | enterprise.certificates
    if each.mode is None:
        yield f"machine {each.machine.id!a} has no mode for {each.product.id!a}/{each.operation.id!a}"
    for certificate in sorted(each.order.certificates - enterprise.certificates):
        yield f"enterprise {enterprise.id!a} lacks certificate {certificate!a} of order {each.order.id!a}"
    for certificate in sorted(each.operation.certificates - held):
        yield (
            f"neither machine {each.machine.id!a} nor its site nor enterprise holds {certificate!a} "
            f"for operation {each.operation.id!a}"
        )
    if enterprise.id in each.order.blocked_enterprises:
        yield f"order {each.order.id!a} blocks enterprise {enterprise.id!a}"
    if each.order.regions and each.site.region not in each.order.regions:
        yield f"order {each.order.id!a} does not allow region {each.site.region!a}"
