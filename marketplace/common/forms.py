"""Refusals of the domain, shown beside the field they are about."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.forms import BaseForm

from marketplace.common.errors import DomainError, Forbidden, NotFound


@contextmanager
def refusals_in(form: BaseForm) -> Iterator[None]:
    """Turn a `DomainError` of the block into an error of the form; ask `form.is_valid()` again afterwards.

    `NotFound` and `Forbidden` travel on: no other input would help. A form whose fields are called otherwise than
    the domain's says so in `FIELD_OF`.
    """
    try:
        yield
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        field = getattr(form, "FIELD_OF", {}).get(error.field, error.field)
        form.add_error(field if field in form.fields else None, str(error.text))
