"""When a resource is free: its windows, what already holds it, and for one that travels the way between."""

from dataclasses import dataclass

from matching.problem import Resource, SiteId
from scheduling.dispatch.roads import Roads

Period = tuple[int, int]  # [start, end)
_ALWAYS: Period = (-(2**60), 2**60)


@dataclass(frozen=True, slots=True)
class Held:
    start: int
    end: int
    units: int
    site: SiteId


class ResourceTimeline:
    """The uses of one resource."""

    def __init__(self, resource: Resource, *, roads: Roads) -> None:
        self._resource = resource
        self._roads = roads
        self._held: list[Held] = []
        self._open = _joined(resource)

    def hold(self, held: Held) -> None:
        self._held.append(held)

    def release(self, held: Held) -> None:
        self._held.remove(held)

    def free(self, start: int, end: int, *, units: int, site: SiteId) -> list[Period]:
        """The parts of [start, end) in which `units` can be held at `site` without interruption."""
        if self._resource.site not in (None, site) or units > self._resource.quantity:
            return []
        shut = self._shut(units=units, site=site)
        found: list[Period] = []
        for opens, closes in self._open:
            at = max(start, opens)
            until = min(end, closes)
            for shut_from, shut_to in shut:
                if shut_to <= at or shut_from >= until:
                    continue
                if shut_from > at:
                    found.append((at, shut_from))
                at = shut_to
            if at < until or (start == end == at == until):
                found.append((at, until))
        return found

    def _shut(self, *, units: int, site: SiteId) -> list[Period]:
        """Disjoint periods, in time order, in which fewer than `units` are left for `site`."""
        if self._resource.site is None:
            return _merged([self._kept_away(held, site=site) for held in self._held])
        changes = sorted(
            [(held.start, held.units) for held in self._held]
            + [(held.end, -held.units) for held in self._held]
        )
        shut: list[Period] = []
        used, since = 0, None
        for minute, change in changes:
            used += change
            full = used + units > self._resource.quantity
            if full and since is None:
                since = minute
            elif not full and since is not None:
                shut.append((since, minute))
                since = None
        return [period for period in _merged(shut) if period[0] < period[1]]

    def _kept_away(self, held: Held, *, site: SiteId) -> Period:
        """A resource that travels needs the lead there and back around a use at another site."""
        if held.site == site:
            return (held.start, held.end)
        there = self._roads.between(site, held.site)
        back = self._roads.between(held.site, site)
        return (
            _ALWAYS[0] if there is None else held.start - there.lead_min,
            _ALWAYS[1] if back is None else held.end + back.lead_min,
        )


def common(left: list[Period], right: list[Period]) -> list[Period]:
    """The periods that lie in one of `left` and in one of `right`."""
    return [
        (max(a[0], b[0]), min(a[1], b[1])) for a in left for b in right if max(a[0], b[0]) < min(a[1], b[1])
    ]


def _joined(resource: Resource) -> list[Period]:
    """Windows that touch are one for a use that spans them."""
    if resource.windows is None:
        return [_ALWAYS]
    return _merged([(window.start, window.end) for window in resource.windows])


def _merged(periods: list[Period]) -> list[Period]:
    merged: list[Period] = []
    for start, end in sorted(periods):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
