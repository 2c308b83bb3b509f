"""Handing a clean plan to the services, in the order in which one thing needs another."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from marketplace.accounts.viewer import Viewer
from marketplace.capacity import services
from marketplace.capacity.imports.plan import Plan
from marketplace.capacity.imports.steps import MachineStep

T = TypeVar("T")


def carry_out(plan: Plan, *, viewer: Viewer, now: datetime) -> None:
    """Inside the caller's transaction. What the services refuse after all they raise: nothing is written then."""
    ids = {number: machine.public_id for number, machine in plan.world.machines.items()}
    new = {
        number: _new_machine(plan, step) for number, step in plan.steps.machines.items() if number not in ids
    }
    ids |= services.create_machines(viewer=viewer, wanted=list(new.values())) if new else {}
    changes = _changes(plan, new=new, ids=ids)
    if changes:
        services.change_machines(viewer=viewer, wanted=changes, now=now)
    jobs = [replace(job, machine=ids[number]) for number, job in plan.steps.jobs]
    if jobs or plan.steps.jobs_gone:
        services.set_own_time(viewer=viewer, jobs=jobs, remove=plan.steps.jobs_gone)


def _new_machine(plan: Plan, step: MachineStep) -> services.NewMachine:
    """With its week; one that has no hours but windows is published after they are offered."""
    assert step.draft is not None
    hours = plan.steps.weeks.get(step.number, ())
    return services.NewMachine(
        draft=step.draft,
        capabilities=tuple(step.capabilities),
        rates=tuple(step.rates),
        hours=hours,
        is_published=bool(step.is_listed and hours),
    )


def _changes(
    plan: Plan, *, new: Mapping[str, services.NewMachine], ids: Mapping[str, str]
) -> list[services.MachineChange]:
    """What is said of machines that are there; of new ones what was not written with them."""
    steps = plan.steps
    exceptions, exceptions_gone = _by_number(steps.exceptions), _by_number(steps.exceptions_gone)
    windows, windows_gone = _by_number(steps.windows), _by_number(steps.windows_gone)
    changes = []
    for number in sorted(
        {*steps.machines, *steps.weeks, *exceptions, *exceptions_gone, *windows, *windows_gone}
    ):
        step, made = steps.machines.get(number), new.get(number)
        change = services.MachineChange(
            machine=ids[number],
            draft=step.draft if step and not made else None,
            capabilities=tuple(step.capabilities) if step and not made else (),
            rates=tuple(step.rates) if step and not made else (),
            hours=None if made else steps.weeks.get(number),
            exceptions_gone=tuple(exceptions_gone[number]),
            exceptions=tuple(exceptions[number]),
            windows_gone=tuple(windows_gone[number]),
            windows=tuple(windows[number]),
            is_listed=_still_to_list(step, made),
        )
        if change != services.MachineChange(machine=ids[number]):
            changes.append(change)
    return changes


def _still_to_list(step: MachineStep | None, made: services.NewMachine | None) -> bool | None:
    if step is None or step.is_listed is None:
        return None
    return None if made and made.is_published == step.is_listed else step.is_listed


def _by_number(pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = defaultdict(list)
    for number, value in pairs:
        found[number].append(value)
    return found
