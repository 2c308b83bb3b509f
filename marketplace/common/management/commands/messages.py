"""`manage.py messages`: bring the 简体中文 catalogue up to date; `--check` only says whether it is; `--compile`."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace.common import catalogue


class Command(BaseCommand):
    help = (
        "Gather messages into locale/zh_Hans, check that all are translated, compile them. Needs no gettext."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail if anything is missing")
        parser.add_argument("--compile", action="store_true", help="only compile what is there")

    def handle(self, *args: object, **options: object) -> None:
        root = settings.BASE_DIR
        file = catalogue.catalogue_file(root)
        if options["compile"]:
            catalogue.compile_catalogue(root)
            return
        merged = catalogue.merge(catalogue.gather(root), catalogue.read(file))
        faults = catalogue.faults(merged)
        if options["check"]:
            if file.read_bytes() != catalogue.written(merged):
                raise CommandError(f"{file} is not up to date: run `make messages`.")
            if faults:
                raise CommandError("\n".join(faults))
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(catalogue.written(merged))
        catalogue.compile_catalogue(root)
        self.stdout.write(f"{len(merged)} messages, {len(faults)} to translate or mend.")
