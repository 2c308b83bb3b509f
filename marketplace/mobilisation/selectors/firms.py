"""The office's own book of firms."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.common.errors import NotFound
from marketplace.mobilisation.models import Firm, FirmList
from marketplace.mobilisation.selectors.office import require_coordinator


def firms(viewer: Viewer) -> QuerySet[Firm]:
    require_coordinator(viewer)
    return (
        Firm.objects.filter(office=viewer.enterprise_id)
        .select_related("enterprise", "recorded_by")
        .prefetch_related("capacities")
    )


def firm(viewer: Viewer, *, public_id: str) -> Firm:
    found = firms(viewer).filter(public_id=public_id).first()
    if found is None:
        raise NotFound(_("There is no such firm."))
    return found


def firm_list(viewer: Viewer, *, public_id: str) -> FirmList:
    require_coordinator(viewer)
    found = FirmList.objects.filter(office=viewer.enterprise_id, public_id=public_id).first()
    if found is None:
        raise NotFound(_("There is no such list."))
    return found
