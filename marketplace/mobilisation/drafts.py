"""What coordinators write down, checked when it is written."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from marketplace.capacity.models import Process
from marketplace.common.checks import require_choice, require_moment, require_text, require_texts
from marketplace.common.errors import InvalidInput
from marketplace.mobilisation.models import Hazard

LONGEST = timedelta(days=90)
MAY_HAVE_BEGUN = timedelta(minutes=15)  # between filling the form in and sending it, as people's time passes


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclarationDraft:
    """`products` are codes of product templates, `regions` names as sites have them; [starts_at, ends_at) in UTC."""

    title: str
    authority: str
    legal_basis: str
    reason: str
    hazard: str
    starts_at: datetime
    ends_at: datetime
    products: tuple[str, ...] = ()
    processes: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    is_drill: bool = False

    def __post_init__(self) -> None:
        require_text(self.title, field="title", least=3, most=120)
        require_text(self.authority, field="authority", least=3, most=160)
        require_text(self.legal_basis, field="legal_basis", least=3, most=240)
        require_text(self.reason, field="reason", least=10, most=2000)
        require_choice(self.hazard, field="hazard", choices=Hazard.values)
        require_texts(self.products, field="products", most=50, longest=40)
        require_texts(self.processes, field="processes", most=50, longest=20)
        for process in self.processes:
            require_choice(process, field="processes", choices=Process.values)
        require_texts(self.regions, field="regions", most=60, longest=80)
        if not self.products and not self.processes:
            raise InvalidInput(_("Name at least one product or process."), field="products")
        if not self.regions:
            raise InvalidInput(_("Name at least one region."), field="regions")
        require_moment(self.starts_at, field="starts_at")
        require_moment(self.ends_at, field="ends_at")
        if self.ends_at <= self.starts_at:
            raise InvalidInput(_("The end must be after the start."), field="ends_at")
        if self.ends_at - self.starts_at > LONGEST:
            raise InvalidInput(_("A declaration lasts 90 days at most; extend it later."), field="ends_at")

    def require_timely(self, now: datetime, *, clock_speed: float) -> None:
        """Raise `InvalidInput` for a declaration of the past."""
        if self.starts_at < now - MAY_HAVE_BEGUN * max(1.0, clock_speed):
            raise InvalidInput(_("A declaration does not begin in the past."), field="starts_at")
        if self.ends_at <= now:
            raise InvalidInput(_("This end is in the past."), field="ends_at")
