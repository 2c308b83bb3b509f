"""Taking a list of firms over: read and shown first, written only when a person says so, all or nothing."""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from typing import IO

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.services.enterprises_of_others import write_down_enterprise
from marketplace.accounts.viewer import Viewer
from marketplace.common import audit
from marketplace.common.live import push_after_commit
from marketplace.common.sheets import read_sheet
from marketplace.mobilisation.errors import ListTaken
from marketplace.mobilisation.firm_rows import COLUMNS, FirmRow, as_json, read_rows
from marketplace.mobilisation.models import DeclaredCapacity, Firm, FirmList
from marketplace.mobilisation.selectors.firms import firm_list
from marketplace.mobilisation.selectors.office import require_acting


@transaction.atomic
def read_firm_list(*, viewer: Viewer, upload: IO[bytes], file_name: str, now: datetime) -> FirmList:
    """Keep what the file says, with its faults; firms are not touched. Raises `SheetRefused`, `InvalidInput`."""
    office_id = require_acting(viewer)
    read = read_rows(read_sheet(upload, columns=COLUMNS).rows)
    known = set(Firm.objects.filter(office=office_id).values_list("registration_number", flat=True))
    numbers = {row.registration_number for row in read.rows}
    return FirmList.objects.create(
        office_id=office_id,
        file_name=file_name[:160],
        rows=as_json(read.rows),
        faults=as_json(read.faults),
        read_by_id=viewer.require_person(),
        read_at=now,
        num_new=len(numbers - known),
        num_changed=len(numbers & known),
    )


@transaction.atomic
def take_firm_list(*, viewer: Viewer, public_id: str, now: datetime) -> FirmList:
    """Write down every firm of a list without faults, once. Raises `ListTaken`."""
    office_id = require_acting(viewer)
    found = firm_list(viewer, public_id=public_id)
    found = FirmList.objects.select_for_update(no_key=True).get(pk=found.pk)
    if found.status != FirmList.Status.READ:
        raise ListTaken(_("This list was taken over already."))
    if found.faults or not found.rows:
        raise ListTaken(_("This list has faults: correct the file and read it again."))
    rows = sorted((FirmRow(**row) for row in found.rows), key=attrgetter("registration_number", "number"))
    num_firms = 0
    for _number, group in groupby(rows, key=attrgetter("registration_number")):
        _take(list(group), office_id=office_id, viewer=viewer, now=now)
        num_firms += 1
    found.status = FirmList.Status.TAKEN
    found.save(update_fields=["status"])
    push_after_commit(f"enterprise:{viewer.enterprise_public_id}")
    audit.record(
        action="mobilisation.firms-imported",
        viewer=viewer,
        subject=found.public_id,
        facts={"firms": num_firms, "rows": len(rows), "file": found.file_name},
        now=now,
    )
    return found


def _take(rows: list[FirmRow], *, office_id: int, viewer: Viewer, now: datetime) -> None:
    """The rows of one firm: what the office knew of it is replaced by what the list says."""
    first = rows[0]
    enterprise = write_down_enterprise(
        name=first.name, registration_number=first.registration_number, site=first.site()
    )
    book = Firm.objects.select_for_update(no_key=True).filter(office=office_id)
    firm = book.filter(registration_number=first.registration_number).first()
    firm = firm or book.filter(enterprise=enterprise).first() or Firm(office_id=office_id)
    firm.enterprise = enterprise
    firm.registration_number = first.registration_number
    firm.name, firm.city, firm.region = first.name, first.city, first.region
    firm.contact, firm.phone, firm.email = first.contact, first.phone, first.email
    firm.recorded_by_id, firm.recorded_at = viewer.require_person(), now
    firm.save()
    firm.capacities.all().delete()
    DeclaredCapacity.objects.bulk_create(_capacities(firm, rows, viewer=viewer, now=now))


def _capacities(
    firm: Firm, rows: Iterable[FirmRow], *, viewer: Viewer, now: datetime
) -> Iterable[DeclaredCapacity]:
    for row in rows:
        yield DeclaredCapacity(
            firm=firm,
            process=row.process,
            product_code=row.product,
            pieces_a_day=row.pieces_a_day,
            starts_on=_day(row.starts_on),
            ends_on=_day(row.ends_on),
            recorded_by_id=viewer.require_person(),
            recorded_at=now,
        )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
