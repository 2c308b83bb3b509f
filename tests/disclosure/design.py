"""The table of the design, where it lies beside the checkout."""

from pathlib import Path

from marketplace.disclosure.words import Audience, Group

_PATH = Path(__file__).resolve().parents[3] / "shared" / "design" / "trust.md"
TABLE = _PATH if _PATH.is_file() else None
AUDIENCES = (
    Audience.PUBLIC, Audience.BUYER_SEARCHING, Audience.BUYER_WITH_REQUEST, Audience.CONTRACT_PARTY,
    Audience.LEAD_FACTORY, Audience.COORDINATOR, Audience.COORDINATOR_DECLARED, Audience.LAB,
)  # fmt: skip
GROUPS = {
    "city": Group.CITY, "process and capability band": Group.CAPABILITY, "identity": Group.IDENTITY,
    "exact machine model": Group.MACHINE_MODEL, "free capacity by day": Group.FREE_CAPACITY, "prices": Group.PRICES,
    "telemetry": Group.TELEMETRY, "quality records": Group.QUALITY, "staff data": Group.STAFF_DATA,
}  # fmt: skip


def the_table() -> dict[tuple[Group, Audience], str]:
    """The wording of each cell."""
    assert TABLE is not None
    found = {}
    for line in TABLE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and cells[0] in GROUPS:
            found |= {
                (GROUPS[cells[0]], audience): text
                for audience, text in zip(AUDIENCES, cells[1:], strict=True)
            }
    return found
