"""What a factory types about its machines."""

from marketplace.capacity.forms.calendar import ExceptionForm, OwnTimeForm, WeekForm, WindowForm
from marketplace.capacity.forms.machines import (
    CapabilityForm,
    ConnectForm,
    MachineForm,
    NewMachineForm,
    RateForm,
)

__all__ = [
    "CapabilityForm",
    "ConnectForm",
    "ExceptionForm",
    "MachineForm",
    "NewMachineForm",
    "OwnTimeForm",
    "RateForm",
    "WeekForm",
    "WindowForm",
]
