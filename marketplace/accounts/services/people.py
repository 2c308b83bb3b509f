"""A person's own settings."""

from django.db import transaction

from marketplace.accounts.models import Person
from marketplace.accounts.viewer import Viewer


def set_language(*, viewer: Viewer, language: str) -> None:
    """`language` is one of the site's codes."""
    Person.objects.filter(pk=viewer.require_person()).update(language=language)


@transaction.atomic
def update_profile(*, viewer: Viewer, name: str, language: str, time_zone: str) -> Person:
    """`time_zone` is an IANA name, or empty for the browser's."""
    person = Person.objects.select_for_update(no_key=True).get(pk=viewer.require_person())
    person.name, person.language, person.time_zone = name, language, time_zone
    person.save(update_fields=["name", "language", "time_zone"])
    return person
