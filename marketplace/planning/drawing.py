"""Pictures of plans as drawings: the joint Gantt and the map of flows."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplace.common.show.amounts import quantity_text
from marketplace.common.show.charts import FlowMap, Gantt, GanttBar, MapFlow, MapPoint
from marketplace.common.show.times import duration_text
from marketplace.planning.picture import Picture

ROW_PX = 15
FRAME_PX = 110


def gantt_of(picture: Picture, *, now: datetime) -> Gantt:
    """A row for each machine, a bar for each run, grouped by operation."""
    index = {row.key: number for number, row in enumerate(picture.rows)}
    return Gantt(
        rows=[f"{row.factory} · {row.machine}" for row in picture.rows],
        bars=[
            GanttBar(
                row=index[bar.row],
                starts_at=bar.starts_at,
                ends_at=bar.ends_at,
                label=label,
                group=bar.operation,
                state="" if bar.state == "planned" else bar.state,
            )
            for bar, label in zip(picture.bars, _bar_labels(picture), strict=True)
        ],
        now=now,
        due=picture.due_at,
    )


def gantt_height(picture: Picture) -> int:
    """Pixels that give each row its line."""
    return FRAME_PX + ROW_PX * len(picture.rows)


def map_of(picture: Picture) -> FlowMap:
    """Places with what passes through them, and a line for each way."""
    index = {place.key: number for number, place in enumerate(picture.places)}
    through: dict[str, int] = dict.fromkeys(index, 0)
    for flow in picture.flows:
        through[flow.from_place] += flow.quantity
        through[flow.to_place] += flow.quantity
    kinds = {"factory": _("factory"), "drop": _("destination")}
    return FlowMap(
        points=[
            MapPoint(
                label=place.name,
                lat=place.lat,
                lon=place.lon,
                weight=through[place.key],
                group=kinds[place.kind],
            )
            for place in picture.places
        ],
        flows=[
            MapFlow(
                from_point=index[flow.from_place],
                to_point=index[flow.to_place],
                weight=flow.quantity,
                label=label,
            )
            for flow, label in zip(picture.flows, _flow_labels(picture), strict=True)
            if flow.from_place != flow.to_place
        ],
    )


def gantt_conclusion(picture: Picture) -> str:
    """What the Gantt shows, in a sentence."""
    num_runs, num_machines = len(picture.bars), len(picture.rows)
    num_factories = len({row.factory for row in picture.rows})
    text = _("%(runs)s on %(machines)s of %(factories)s in %(time)s.") % {
        "runs": ngettext("%(n)s run", "%(n)s runs", num_runs) % {"n": f"{num_runs:,}"},
        "machines": ngettext("%(n)s machine", "%(n)s machines", num_machines) % {"n": f"{num_machines:,}"},
        "factories": ngettext("%(n)s factory", "%(n)s factories", num_factories)
        % {"n": f"{num_factories:,}"},
        "time": duration_text(picture.ends_at - picture.starts_at),
    }
    if picture.ends_at <= picture.due_at:
        return (
            text
            + " "
            + _("%(slack)s before the due date.") % {"slack": duration_text(picture.due_at - picture.ends_at)}
        )
    return (
        text
        + " "
        + _("%(delay)s after the due date.") % {"delay": duration_text(picture.ends_at - picture.due_at)}
    )


def map_conclusion(picture: Picture) -> str:
    num_ways = len({(flow.from_place, flow.to_place) for flow in picture.flows})
    return _("%(trucks)s on %(ways)s.") % {
        "trucks": ngettext("%(n)s truck", "%(n)s trucks", picture.num_trips)
        % {"n": f"{picture.num_trips:,}"},
        "ways": ngettext("%(n)s way", "%(n)s ways", num_ways) % {"n": f"{num_ways:,}"},
    }


def _bar_labels(picture: Picture) -> list[str]:
    """One for each bar; thousands of them, so the words are looked up once."""
    pieces, others = _("%(operation)s: %(quantity)s pieces"), "%(operation)s: %(quantity)s %(unit)s"
    return [
        (pieces if bar.unit == "piece" else others)
        % {"operation": bar.operation, "quantity": f"{bar.quantity:,}", "unit": bar.unit}
        for bar in picture.bars
    ]


def _flow_labels(picture: Picture) -> list[str]:
    """One for each flow."""
    words = _("%(quantity)s (%(item)s), %(trips)s trucks")
    return [
        words
        % {
            "quantity": quantity_text(flow.quantity, flow.unit),
            "item": flow.item,
            "trips": f"{flow.num_trips:,}",
        }
        for flow in picture.flows
    ]
