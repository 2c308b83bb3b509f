"""What is to be done, as values: the planners of the sheets make them, `carry_out` hands them to the services."""

from dataclasses import dataclass, field
from datetime import date

from marketplace.capacity.drafts import (
    CapabilityDraft,
    ExceptionDraft,
    HoursDraft,
    MachineDraft,
    RateDraft,
    WindowDraft,
)
from marketplace.capacity.services import OwnTime
from marketplace.common.sheets import Row


@dataclass(slots=True, kw_only=True)
class MachineStep:
    """A machine by its own number; what is None or empty stays as it is."""

    number: str
    row: Row  # the first that changes it
    is_new: bool
    draft: MachineDraft | None = None
    capabilities: list[CapabilityDraft] = field(default_factory=list)
    rates: list[RateDraft] = field(default_factory=list)
    is_listed: bool | None = None


@dataclass(slots=True, kw_only=True)
class Steps:
    """Machines by own number; the `machine` of an own job is filled in when it is known, for it may be new."""

    machines: dict[str, MachineStep] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)  # machines whose own row has faults
    weeks: dict[str, tuple[HoursDraft, ...]] = field(default_factory=dict)
    exceptions: list[tuple[str, ExceptionDraft]] = field(default_factory=list)
    exceptions_gone: list[tuple[str, date]] = field(default_factory=list)
    windows_gone: list[tuple[str, str]] = field(default_factory=list)
    windows: list[tuple[str, WindowDraft]] = field(default_factory=list)
    jobs: list[tuple[str, OwnTime]] = field(default_factory=list)
    jobs_gone: list[str] = field(default_factory=list)
