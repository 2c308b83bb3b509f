"""`python -m tests.chaos.planted`: a run whose load claims one order that was never acknowledged. It must end red."""

import sys

from tests.chaos import __main__ as driver
from tests.chaos.acknowledged import Acknowledged, PostedOrder

CLAIMED = PostedOrder(order="ord_never", title="an order that nobody posted")


def boastful() -> Acknowledged:
    return Acknowledged(orders=[CLAIMED])


if __name__ == "__main__":
    driver.Acknowledged = boastful  # type: ignore[misc,assignment]
    sys.exit(driver.main())
