"""`manage.py verify`: does everything that is stored fit together?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace.common import oracles


class Command(BaseCommand):
    help = "Ask every oracle (or those named). One line for each fault; exit code 1 where there is one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("oracle", nargs="*", help=", ".join(oracles.names()))

    def handle(self, *args: Any, **options: Any) -> None:
        asked = options["oracle"]
        try:
            found = [f"{fault.oracle}: {fault.text}" for fault in oracles.faults(asked)]
        except oracles.UnknownOracle as error:
            raise CommandError(
                f"there is no oracle {error}; there are: {', '.join(oracles.names())}"
            ) from error
        for line in found:
            self.stdout.write(line)
        if found:
            raise SystemExit(1)
        self.stdout.write(f"no fault: {', '.join(asked or oracles.names())}")
