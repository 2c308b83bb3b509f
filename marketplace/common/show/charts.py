"""Drawings as values: curves and bars, a Gantt, a map of flows. Each has a table twin and says its conclusion in text.

Times go to the browser as wall-clock milliseconds in the viewer's zone, so that an axis ticks at their midnights.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from django.utils import timezone
from django.utils.functional import Promise

from marketplace.common.show.states import look_of

Text = str | Promise
EARTH = ((-90.0, 90.0), (-180.0, 180.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One value for each x of its chart (None leaves a gap). `kind` is bar, line or step.

    `tone` is good, attention, bad, active or neutral; empty takes the next colour of the palette.
    """

    name: Text
    values: Sequence[float | None]
    kind: str = "bar"
    tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Series over categories or over moments; all values in `unit`."""

    x: Sequence[str | datetime]
    series: Sequence[Series]
    unit: Text
    is_stacked: bool = False
    kind: str = field(default="series", init=False)

    def __post_init__(self) -> None:
        for series in self.series:
            if len(series.values) != len(self.x):
                raise ValueError(f"{series.name}: {len(series.values)} values for {len(self.x)} x")

    @property
    def groups(self) -> list[str]:
        """A legend within the drawing names the series."""
        return []

    @property
    def is_time(self) -> bool:
        return bool(self.x) and isinstance(self.x[0], datetime)

    def to_json(self) -> dict[str, object]:
        zone = timezone.get_current_timezone()
        return {
            "isTime": self.is_time,
            "x": [wall_ms(x, zone=zone) if isinstance(x, datetime) else x for x in self.x],
            "unit": str(self.unit),
            "isStacked": self.is_stacked,
            "series": [
                {"name": str(s.name), "values": list(s.values), "kind": s.kind, "tone": s.tone}
                for s in self.series
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class GanttBar:
    """A run in the row `row` (an index), half-open in time.

    `group` colours bars alike (the operation, say); `state` is a word of common.show.states and draws a frame.
    """

    row: int
    starts_at: datetime
    ends_at: datetime
    label: Text
    group: Text = ""
    state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GanttGap:
    """Goods under way from one row to another."""

    from_row: int
    to_row: int
    departs_at: datetime
    arrives_at: datetime
    label: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gantt:
    """Rows of bars; `now` is drawn black, `due` red."""

    rows: Sequence[Text]
    bars: Sequence[GanttBar]
    now: datetime
    due: datetime | None = None
    gaps: Sequence[GanttGap] = ()
    kind: str = field(default="gantt", init=False)

    def __post_init__(self) -> None:
        for bar in self.bars:
            if not 0 <= bar.row < len(self.rows):
                raise ValueError(f"bar {bar.label}: no row {bar.row} among {len(self.rows)}")
            if bar.starts_at >= bar.ends_at:
                raise ValueError(f"bar {bar.label}: starts at {bar.starts_at}, ends at {bar.ends_at}")

    @property
    def groups(self) -> list[str]:
        return _groups(self.bars)

    def to_json(self) -> dict[str, object]:
        groups, zone = self.groups, timezone.get_current_timezone()
        return {
            "rows": [str(row) for row in self.rows],
            "groups": groups,
            "states": {bar.state: str(look_of(bar.state).text) for bar in self.bars if bar.state},
            "bars": [
                [
                    b.row,
                    wall_ms(b.starts_at, zone=zone),
                    wall_ms(b.ends_at, zone=zone),
                    groups.index(str(b.group)),
                    str(b.label),
                    b.state,
                ]
                for b in self.bars
            ],
            "gaps": [
                [
                    g.from_row,
                    wall_ms(g.departs_at, zone=zone),
                    g.to_row,
                    wall_ms(g.arrives_at, zone=zone),
                    str(g.label),
                ]
                for g in self.gaps
            ],
            "now": wall_ms(self.now),
            "due": wall_ms(self.due) if self.due else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class MapPoint:
    """A place; `weight` (0 or more) sets its size, `group` its colour."""

    label: Text
    lat: float
    lon: float
    weight: float = 0
    group: Text = ""

    def __post_init__(self) -> None:
        for value, (least, most), name in zip((self.lat, self.lon), EARTH, ("lat", "lon"), strict=True):
            if not least <= value <= most:
                raise ValueError(f"{self.label}: {name} is {value}, outside {least} … {most}")


@dataclass(frozen=True, slots=True, kw_only=True)
class MapFlow:
    """Goods between two points (indices); `weight` sets the width of the line, `label` says quantity and unit."""

    from_point: int
    to_point: int
    weight: float
    label: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowMap:
    points: Sequence[MapPoint]
    flows: Sequence[MapFlow] = ()
    kind: str = field(default="map", init=False)

    @property
    def groups(self) -> list[str]:
        return _groups(self.points)

    def to_json(self) -> dict[str, object]:
        groups = self.groups
        return {
            "groups": groups,
            "points": [
                [p.lon, p.lat, p.weight, groups.index(str(p.group)), str(p.label)] for p in self.points
            ],
            "flows": [[f.from_point, f.to_point, f.weight, str(f.label)] for f in self.flows],
        }


Drawing = Chart | Gantt | FlowMap


def wall_ms(at: datetime, *, zone: tzinfo | None = None) -> int:
    """Milliseconds of the viewer's wall clock at the moment, counted as if it were UTC; `zone` spares asking for it."""
    wall = at.astimezone(zone or timezone.get_current_timezone()).replace(tzinfo=UTC)
    return round(wall.timestamp() * 1000)


def _groups(members: Sequence[GanttBar] | Sequence[MapPoint]) -> list[str]:
    """The groups in the order they first appear; the sixth colour is the last."""
    return list(dict.fromkeys(str(member.group) for member in members))
