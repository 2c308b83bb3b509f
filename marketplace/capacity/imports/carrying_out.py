"""Handing a clean plan to the services, in the order in which one thing needs another."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from marketplace.accounts.viewer import Viewer
from marketplace.capacity import services
from marketplace.capacity.imports.plan import Plan
from marketplace.capacity.imports.steps import MachineStep


def carry_out(plan: Plan, *, viewer: Viewer, now: datetime) -> None:
    """Inside the caller's transaction. What the services refuse after all they raise: nothing is written then."""
    ids = {number: machine.public_id for number, machine in plan.world.machines.items()}
    steps = plan.steps.machines
    new = {number: _new_machine(plan, step) for number, step in steps.items() if number not in ids}
    ids |= services.create_machines(viewer=viewer, wanted=list(new.values())) if new else {}
    for number, step in steps.items():
        if number not in new:
            _describe(step, machine=ids[number], viewer=viewer, now=now)
    _set_calendars(plan, new=new, ids=ids, viewer=viewer, now=now)
    jobs = [replace(job, machine=ids[number]) for number, job in plan.steps.jobs]
    if jobs or plan.steps.jobs_gone:
        services.set_own_time(viewer=viewer, jobs=jobs, remove=plan.steps.jobs_gone)
    for step in steps.values():
        is_done = step.number in new and new[step.number].is_published == bool(step.is_listed)
        if step.is_listed is not None and not is_done:
            change = services.publish if step.is_listed else services.unpublish
            change(viewer=viewer, machine=ids[step.number])


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


def _describe(step: MachineStep, *, machine: str, viewer: Viewer, now: datetime) -> None:
    """Change what the step says of a machine that is there."""
    if step.draft is not None:
        services.update_machine(viewer=viewer, machine=machine, draft=step.draft, now=now)
    for capability in step.capabilities:
        services.set_capability(viewer=viewer, machine=machine, draft=capability)
    for rate in step.rates:
        services.set_rate(viewer=viewer, machine=machine, draft=rate)


def _set_calendars(
    plan: Plan, *, new: Collection[str], ids: dict[str, str], viewer: Viewer, now: datetime
) -> None:
    """What new machines offer every week was written with them."""
    for number, hours in plan.steps.weeks.items():
        if number in new:
            continue
        services.set_week(viewer=viewer, machine=ids[number], hours=hours)
    for number, on in plan.steps.exceptions_gone:
        services.remove_exception(viewer=viewer, machine=ids[number], on=on.isoformat())
    for number, exception in plan.steps.exceptions:
        services.set_exception(viewer=viewer, machine=ids[number], draft=exception)
    for number, gone in plan.steps.windows_gone:
        services.withdraw_window(viewer=viewer, machine=ids[number], window=gone)
    for number, window in plan.steps.windows:
        services.offer_window(viewer=viewer, machine=ids[number], draft=window, now=now)
