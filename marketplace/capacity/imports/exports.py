"""What stands now as sheets: the same columns that are read, in the reader's words."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain

from django.utils.translation import gettext as _

from marketplace.accounts.viewer import Viewer
from marketplace.capacity.imports.kinds import KINDS
from marketplace.capacity.imports.outcomes import Texts
from marketplace.capacity.imports.words import shown_word
from marketplace.capacity.imports.world import (
    World,
    exceptions_of,
    hours_texts,
    job_texts,
    load_world,
    rows_of,
    window_texts,
)
from marketplace.capacity.services.calendar import week_of
from marketplace.capacity.services.own_time import OWN_KINDS
from marketplace.common.sheets import Page, SheetKind
from marketplace.common.sheets.columns import in_language

RULES = ("Rules", "填写说明")


def export_pages(*, viewer: Viewer, kinds: Sequence[str] = (), now: datetime) -> list[Page]:
    """A page for each kind (all where none is named); own jobs and windows from `now` on."""
    world = load_world(viewer=viewer, since=now)
    return [
        _page(kind, rows_of_kind(kind.key, world=world)) for kind in KINDS if not kinds or kind.key in kinds
    ]


def template_pages(*, kinds: Sequence[str] = ()) -> list[Page]:
    """Each kind with an example to write over, and the rules of every column."""
    asked = [kind for kind in KINDS if not kinds or kind.key in kinds]
    pages = [_page(kind, [{column.key: column.example for column in kind.columns}]) for kind in asked]
    rules = [
        (kind.title, column.heading, _("required") if column.is_required else "", column.rule_text)
        for kind in asked
        for column in kind.columns
    ]
    return [
        *pages,
        Page(title=in_language(*RULES), header=[_("Sheet"), _("Column"), "", _("Rule")], rows=rules),
    ]


def rows_of_kind(kind: str, *, world: World) -> Iterable[Texts]:
    """Rows by column key in the form of `Row.values`."""
    machines = world.machines.values()
    match kind:
        case "machines":
            return chain.from_iterable(rows_of(one).values() for one in machines)
        case "hours":
            return (hours_texts(one.own_number, hours) for one in machines for hours in week_of(one))
        case "exceptions":
            return chain.from_iterable(exceptions_of(one).values() for one in machines)
        case "windows":
            return (window_texts(one, window) for one in machines for window in world.windows.get(one.pk, []))
        case "jobs":
            return _jobs(world)
    raise KeyError(kind)


def _jobs(world: World) -> Iterator[Texts]:
    for machine in world.machines.values():
        yield from (
            job_texts(machine, one) for one in world.taken.get(machine.pk, []) if one.kind in OWN_KINDS
        )


def _page(kind: SheetKind, rows: Iterable[Texts]) -> Page:
    keys = [column.key for column in kind.columns]
    return Page(
        title=kind.title,
        header=[column.heading for column in kind.columns],
        rows=[[shown_word(key, row.get(key, "")) for key in keys] for row in rows],
    )
