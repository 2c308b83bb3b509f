"""What workers do for mobilisation."""

from celery import shared_task

from marketplace.common.audit.anchor import catch_up


@shared_task(name="mobilisation.sweep")  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Anchor what is not anchored yet."""
    catch_up()
