"""The life of an import: read and kept, looked at, applied once as a whole, taken back by its own opposite."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Enterprise
from marketplace.accounts.viewer import Viewer
from marketplace.capacity.imports.carrying_out import carry_out
from marketplace.capacity.imports.exports import rows_of_kind
from marketplace.capacity.imports.kinds import KINDS
from marketplace.capacity.imports.outcomes import Outcome
from marketplace.capacity.imports.plan import Content, Plan, make_plan
from marketplace.capacity.imports.words import USUAL
from marketplace.capacity.locking import locked_equipment
from marketplace.capacity.models import ImportDraft
from marketplace.capacity.selectors import own_machines
from marketplace.common.clock import real_now
from marketplace.common.errors import Conflict, DomainError, Forbidden, NotFound
from marketplace.common.sheets import Row, Sheet, read_book
from marketplace.common.sheets.reading import Upload

KEPT = timedelta(days=1)  # real time, until it is applied
KEPT_APPLIED = timedelta(days=30)
EMPTY_WEEK = {"weekday": "", "from": "", "to": ""}


class DraftStale(Conflict):
    """What stands changed since the draft was looked at; look again."""

    code = "capacity:import-stale"


class DraftNotApplied(Conflict):
    """Nothing was changed by the draft, so there is nothing to take back."""

    code = "capacity:import-not-applied"


class DraftExpired(Conflict):
    """The draft is too old to be applied."""

    code = "capacity:import-expired"


class DraftHasFaults(DomainError):
    """Nothing is applied as long as a row has a fault."""

    code = "capacity:import-faults"


@transaction.atomic
def draft_import(*, viewer: Viewer, upload: Upload) -> ImportDraft:
    """Read a file and keep its rows. Raises `SheetRefused`; faults of rows are found by `look`."""
    _require_factory_planner(viewer)
    sheets = read_book(upload, kinds=KINDS)
    return _stored(viewer, Content(sheets=sheets), file_name=str(upload.name or ""))


def drafts_of(*, viewer: Viewer) -> QuerySet[ImportDraft]:
    """The enterprise's imports that are still kept, newest first."""
    return ImportDraft.objects.filter(
        enterprise_id=viewer.require_enterprise(), expires_at__gt=real_now()
    ).select_related("created_by")


def get_draft(*, viewer: Viewer, draft: str) -> ImportDraft:
    """`NotFound` for a foreign one as for one that does not exist."""
    found = drafts_of(viewer=viewer).filter(public_id=draft).first()
    if found is None:
        raise NotFound(_("There is no such import, or it has expired."))
    return found


def look(*, viewer: Viewer, draft: ImportDraft, now: datetime, remove: Collection[str] = ()) -> Plan:
    """What the draft would do now."""
    return make_plan(viewer=viewer, content=Content.of_json(draft.content), now=now, remove=remove)


@transaction.atomic
def apply_draft(
    *, viewer: Viewer, draft: str, version: str, now: datetime, remove: Collection[str] = ()
) -> ImportDraft:
    """Do all of it, or nothing. An import that was applied before is returned as it is.

    `version` is that of the plan that was looked at, `remove` the vanished own jobs that were ticked. Raises
    `DraftStale`, `DraftHasFaults`, `DraftExpired`, and what the services refuse.
    """
    _require_factory_planner(viewer)
    found = _locked(viewer, draft)
    if found.applied_at is not None:
        return found
    content = Content.of_json(found.content)
    locked_equipment(set(_keys(viewer, content)))
    plan = make_plan(viewer=viewer, content=content, now=now)
    if plan.version != version:
        raise DraftStale(_("Your machines changed since you looked. Look again at what the file would do."))
    if remove:
        plan = make_plan(viewer=viewer, content=content, now=now, remove=remove)
    if not plan.is_clean:
        raise DraftHasFaults(
            _("The file has faults; nothing was changed."), num_faults=len(plan.findings.faults)
        )
    found.before = _opposite(plan, content).as_json()
    carry_out(plan, viewer=viewer, now=now)
    found.result = {**plan.findings.counts(), "removed_jobs": len(plan.steps.jobs_gone)}
    found.applied_at = now
    found.expires_at = real_now() + KEPT_APPLIED
    found.save(update_fields=["before", "result", "applied_at", "expires_at"])
    return found


@transaction.atomic
def draft_undo(*, viewer: Viewer, draft: str) -> ImportDraft:
    """A new draft that says what stood before this one was applied; to be looked at and applied as any other.

    It brings back what was changed or removed, removes what was added of weeks, days and jobs, and takes machines
    that were new off the network; machines, processes and windows that were added stay. Raises `NotFound`,
    `DraftNotApplied`.
    """
    _require_factory_planner(viewer)
    found = get_draft(viewer=viewer, draft=draft)
    if found.before is None:
        raise DraftNotApplied(_("This import was not applied."))
    return _stored(viewer, Content.of_json(found.before), file_name=found.file_name)


def _require_factory_planner(viewer: Viewer) -> None:
    if not viewer.is_factory or viewer.enterprise_id is None:
        raise Forbidden(_("Only a factory lists machines."))
    viewer.require_planner()


def _stored(viewer: Viewer, content: Content, *, file_name: str) -> ImportDraft:
    now = real_now()
    ImportDraft.objects.filter(enterprise_id=viewer.require_enterprise(), expires_at__lte=now).delete()
    return ImportDraft.objects.create(
        enterprise_id=viewer.require_enterprise(),
        file_name=file_name[-120:].replace("\x00", ""),
        content=content.as_json(),
        created_by_id=viewer.person_id,
        expires_at=now + KEPT,
    )


def _locked(viewer: Viewer, draft: str) -> ImportDraft:
    """Imports of one enterprise are applied one after another."""
    Enterprise.objects.select_for_update(no_key=True).get(pk=viewer.require_enterprise())
    found = (
        ImportDraft.objects.select_for_update(no_key=True)
        .filter(enterprise_id=viewer.require_enterprise(), public_id=draft)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such import, or it has expired."))
    if found.applied_at is None and found.expires_at <= real_now():
        raise DraftExpired(_("This import is older than a day. Send the file again."))
    return found


def _keys(viewer: Viewer, content: Content) -> list[int]:
    return list(
        own_machines(viewer=viewer).filter(own_number__in=content.machines).values_list("pk", flat=True)
    )


def _opposite(plan: Plan, content: Content) -> Content:
    """What stands before the plan is carried out, as the sheets that would bring it back."""
    world = plan.world
    sheets: dict[str, list[dict[str, str]]] = {
        key: [dict(texts) for texts in rows_of_kind(key, world=world)] for key in content.sheets
    }
    for step in plan.steps.machines.values():
        if step.is_new and step.draft is not None:
            sheets["machines"].append({"number": step.number, "listed": "no"})
    if "hours" in sheets:
        had = {texts["number"] for texts in sheets["hours"]}
        named = {row.values["number"] for row in content.sheets["hours"].rows}
        sheets["hours"] += [{"number": number, **EMPTY_WEEK} for number in sorted(named - had)]
    if "exceptions" in sheets:
        new = [one for one in plan.findings.rows if one.sheet == "exceptions" and one.outcome is Outcome.NEW]
        sheets["exceptions"] += [{"number": one.key[0], "on": one.key[1], "what": USUAL} for one in new]
    return Content(
        numbers=content.machines,
        sheets={
            key: Sheet(rows=tuple(Row(number=n, values=texts) for n, texts in enumerate(rows, start=2)))
            for key, rows in sheets.items()
        },
    )
