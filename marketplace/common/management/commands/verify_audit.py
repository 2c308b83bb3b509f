"""`manage.py verify_audit`: is the audit log what it was?"""

from typing import Any

from django.core.management.base import BaseCommand

from marketplace.common.audit.anchor import anchor_path
from marketplace.common.audit.verify import audit_faults
from marketplace.common.models import AuditEntry


class Command(BaseCommand):
    help = "Check the audit log against its hashes and its anchor. A line for each fault; exit code 1 where there is one."

    def handle(self, *args: Any, **options: Any) -> None:
        faults = audit_faults()
        for line in faults:
            self.stdout.write(line)
        if faults:
            raise SystemExit(1)
        self.stdout.write(f"{AuditEntry.objects.count()} entries are whole and agree with {anchor_path()}")
