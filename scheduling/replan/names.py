"""Names of lots that nothing has had before."""

from collections.abc import Iterable, Iterator
from itertools import count

from matching.problem import Lot, LotId, Problem


def new_names(problem: Problem, lots: Iterable[Lot] = ()) -> Iterator[LotId]:
    """n1, n2 and so on, but for those of the fixed lots and of `lots`."""
    taken = {lot.id for lot in (*problem.fixed_lots, *lots)}
    return (name for number in count(1) if (name := LotId(f"n{number}")) not in taken)
