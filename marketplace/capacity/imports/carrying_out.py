"""Handing a clean plan to the services, in the order in which one thing needs another."""

from dataclasses import replace
from datetime import datetime

from marketplace.accounts.viewer import Viewer
from marketplace.capacity import services
from marketplace.capacity.imports.plan import Plan
from marketplace.capacity.imports.steps import MachineStep


def carry_out(plan: Plan, *, viewer: Viewer, now: datetime) -> None:
    """Inside the caller's transaction. What the services refuse after all they raise: nothing is written then."""
    ids = {number: machine.public_id for number, machine in plan.world.machines.items()}
    for step in plan.steps.machines.values():
        ids[step.number] = _describe(step, machine=ids.get(step.number, ""), viewer=viewer, now=now)
    _set_calendars(plan, ids=ids, viewer=viewer, now=now)
    jobs = [replace(job, machine=ids[number]) for number, job in plan.steps.jobs]
    if jobs or plan.steps.jobs_gone:
        services.set_own_time(viewer=viewer, jobs=jobs, remove=plan.steps.jobs_gone)
    for step in plan.steps.machines.values():
        if step.is_listed is not None and (step.is_listed or not step.is_new):
            change = services.publish if step.is_listed else services.unpublish
            change(viewer=viewer, machine=ids[step.number])


def _describe(step: MachineStep, *, machine: str, viewer: Viewer, now: datetime) -> str:
    """The public id of the machine, made if it was not there."""
    if step.draft is not None and machine:
        services.update_machine(viewer=viewer, machine=machine, draft=step.draft, now=now)
    elif step.draft is not None:
        machine = services.create_machine(viewer=viewer, draft=step.draft).public_id
    for capability in step.capabilities:
        services.set_capability(viewer=viewer, machine=machine, draft=capability)
    for rate in step.rates:
        services.set_rate(viewer=viewer, machine=machine, draft=rate)
    return machine


def _set_calendars(plan: Plan, *, ids: dict[str, str], viewer: Viewer, now: datetime) -> None:
    for number, hours in plan.steps.weeks.items():
        services.set_week(viewer=viewer, machine=ids[number], hours=hours)
    for number, on in plan.steps.exceptions_gone:
        services.remove_exception(viewer=viewer, machine=ids[number], on=on.isoformat())
    for number, exception in plan.steps.exceptions:
        services.set_exception(viewer=viewer, machine=ids[number], draft=exception)
    for number, gone in plan.steps.windows_gone:
        services.withdraw_window(viewer=viewer, machine=ids[number], window=gone)
    for number, window in plan.steps.windows:
        services.offer_window(viewer=viewer, machine=ids[number], draft=window, now=now)
