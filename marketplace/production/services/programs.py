"""Machines that name their program start and end work by themselves: the code on the card is the program's name."""

import logging
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from marketplace.common.errors import DomainError
from marketplace.machines.programs import Loaded, programs_loaded
from marketplace.production.hands import MACHINE
from marketplace.production.models import ProgramMark, Stint, WorkOrder
from marketplace.production.services.starting import leave_machine, start_work

log = logging.getLogger(__name__)


def follow_programs(*, now: datetime) -> int:
    """Act on each program loaded since the last time, in the order they were stored; returns how many were looked at."""
    machines = _machines_with_work()
    since = _earliest_work()
    if not machines or since is None:
        return 0
    marks = dict(
        ProgramMark.objects.filter(equipment__in=machines.values()).values_list(
            "equipment_id", "observation_id"
        )
    )
    loaded = programs_loaded(
        {device: marks.get(machine, 0) for device, machine in machines.items()}, since=since
    )
    for one in loaded:
        _follow(one, equipment_id=machines[one.device_id], now=now)
    return len(loaded)


def _follow(loaded: Loaded, *, equipment_id: int, now: datetime) -> None:
    """One program, once: the machine's mark is held while it is acted on, and moved on with it."""
    with transaction.atomic():
        ProgramMark.objects.get_or_create(equipment_id=equipment_id)
        mark = ProgramMark.objects.select_for_update(no_key=True).get(equipment_id=equipment_id)
        if mark.observation_id >= loaded.observation_id:
            return
        try:
            with transaction.atomic():
                _act(loaded, equipment_id=equipment_id, now=now)
        except DomainError as error:  # closed, or its order is over: the machine may load what it likes
            log.info(
                "program %.40r at machine %s starts nothing: %s", loaded.program, equipment_id, error.code
            )
        mark.observation_id = loaded.observation_id
        mark.save(update_fields=["observation_id"])


def _act(loaded: Loaded, *, equipment_id: int, now: datetime) -> None:
    code = loaded.program.strip().upper()
    wanted = (
        WorkOrder.objects.filter(code=code, equipment_id=equipment_id).values_list("pk", flat=True).first()
    )
    if wanted is not None:
        start_work(work_order_id=wanted, hand=MACHINE, how=Stint.How.PROGRAM, at=loaded.effective_at, now=now)
        return
    on = Stint.objects.filter(equipment_id=equipment_id, ends_at=None, how=Stint.How.PROGRAM)
    for work_order_id in on.values_list("work_order_id", flat=True):
        leave_machine(work_order_id=work_order_id, at=loaded.effective_at)


def _machines_with_work() -> Mapping[int, int]:
    """Keys of machines with living work, by that of their device."""
    living = WorkOrder.objects.filter(status__in=WorkOrder.LIVING, equipment__device__isnull=False)
    return {
        device: machine
        for device, machine in living.values_list("equipment__device_id", "equipment_id").distinct()
        if device is not None
    }


def _earliest_work() -> datetime | None:
    living = WorkOrder.objects.filter(status__in=WorkOrder.LIVING)
    return living.order_by("created_at").values_list("created_at", flat=True).first()
