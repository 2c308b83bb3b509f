"""What workers do for people."""

from celery import shared_task

from marketplace.accounts import services
from marketplace.accounts.services.notices import MAIL_TASK
from marketplace.common import clock


@shared_task(name=MAIL_TASK)  # type: ignore[untyped-decorator]
def mail_notices() -> None:
    while services.mail_notices(now=clock.now(), real_now=clock.real_now()):
        pass
