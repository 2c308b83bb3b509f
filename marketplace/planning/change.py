"""What a re-plan starts from: the goods as they lie, the plan in force, what it may use again."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from matching.problem import Stock
from scheduling.plan import Delivery, Plan, Status, Transfer
from scheduling.plan_format import write_plan

ANSWER_MIN = 4 * 60  # factories have this long to answer before anything new may start


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Minutes count from the epoch of the re-plan, which is the moment it is asked for.

    `remaining`: pieces to be sent still, by public id of the drop. `frozen`: ids of pinned lots that stand whatever
    happens, `running`: of those that stand unless their material lacks; other pins may be released. `freed`: references
    of taken time that counts as free, the order's own. `closed`: machine, start and end of time in which a machine is
    not there. `facts`: what the asker found and wants to know again when the plan is put into force.
    """

    stock: Sequence[Stock]
    remaining: Mapping[str, int]
    sent_arrives_min: int | None
    facts: Mapping[str, object]
    transfers: Sequence[Transfer]
    deliveries: Sequence[Delivery]
    promise_min: int
    frozen: Collection[str]
    running: Collection[str] = ()
    freed: Collection[str]
    closed: Sequence[tuple[str, int, int]] = ()

    def columns(self) -> dict[str, object]:
        """For the columns of `PlanRun`."""
        return {
            "stock": [_stock(each) for each in self.stock],
            "remaining": dict(self.remaining),
            "sent_arrives_min": self.sent_arrives_min,
            "facts": dict(self.facts),
            "in_force": write_plan(self._in_force()),
            "freed": sorted(self.freed),
            "closed": [list(each) for each in self.closed],
        }

    def _in_force(self) -> Plan:
        return Plan(
            status=Status.UNKNOWN,
            objective=None,
            cost_cents=None,
            bound=None,
            gap_pct=None,
            seconds=0.0,
            seed=0,
            transfers=tuple(self.transfers),
            deliveries=tuple(self.deliveries),
            notes={
                "promise_min": self.promise_min,
                "not_before_min": ANSWER_MIN,
                "frozen": sorted(self.frozen),
                "running": sorted(self.running),
            },
        )


def _stock(stock: Stock) -> dict[str, object]:
    return {
        "order": stock.order,
        "item": stock.item,
        "site": stock.site,
        "from_min": stock.from_min,
        "quantity": stock.quantity,
    }
