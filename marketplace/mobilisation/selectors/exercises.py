"""What an office's drills have planned on copies of the network."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.common.errors import NotFound
from marketplace.mobilisation.models import Declaration, Exercise
from marketplace.mobilisation.selectors.office import require_coordinator


def exercise(viewer: Viewer, *, public_id: str) -> Exercise:
    """Of the viewer's own office. Raises `NotFound`."""
    require_coordinator(viewer)
    found = (
        Exercise.objects.filter(declaration__office=viewer.enterprise_id, public_id=public_id)
        .select_related("declaration__office", "product", "asked_by")
        .defer("problem", "burdens", "works")
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such exercise."))
    return found


def exercises_of(declaration: Declaration) -> QuerySet[Exercise]:
    """Newest first. For a declaration the viewer may see."""
    found = Exercise.objects.filter(declaration=declaration).select_related("product", "asked_by")
    return found.defer("problem", "burdens", "works")
