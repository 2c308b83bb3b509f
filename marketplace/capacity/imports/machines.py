"""The machines' sheet: one row for each process (and product with a price of its own) of a machine."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeVar

from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Site
from marketplace.capacity.drafts import CapabilityDraft, MachineDraft, RateDraft
from marketplace.capacity.forms.machines import OTHER_CURRENCY, currency_of
from marketplace.capacity.imports.outcomes import Findings, Outcome, Texts
from marketplace.capacity.imports.steps import MachineStep, Steps
from marketplace.capacity.imports.words import read_word
from marketplace.capacity.imports.world import CENTS, SOLD_KINDS, Key, World, rate_text, rows_of
from marketplace.capacity.models import Capability, Equipment, Rate
from marketplace.capacity.services.machines import MOST_MACHINES
from marketplace.common.errors import InvalidInput
from marketplace.common.sheets import Row, Sheet, read_decimal, read_whole, read_words

SHEET = "machines"
OWN = ("name", "site", "model", "certificates", "holidays", "listed")
ABLE = ("materials", "min_size_mm", "max_size_mm", "tolerance_um")
PRICED = ("rate", "setup_min", "min_lot", "price", "currency")
SILENT_WHEN_EMPTY = ("holidays", "listed", "currency")
READERS: Mapping[str, Callable[..., object]] = {
    "min_size_mm": read_whole, "max_size_mm": read_whole, "tolerance_um": read_whole, "rate": read_decimal,
    "setup_min": read_whole, "min_lot": read_whole, "price": read_decimal,
}  # fmt: skip
NEW = {"holidays": "yes", "listed": "no"}
NEW_RATE = {"setup_min": "0", "min_lot": "1"}
COLUMN_OF = {"own_number": "number", "observes_holidays": "holidays", "run_units": "rate", "run_min": "rate",
             "price_cents_per_h": "price"}  # fmt: skip
T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class _Said:
    """What rows before said of a machine (or of a process), and in which row: later rows must agree."""

    row: int
    texts: Texts


def plan_machines(sheet: Sheet, *, world: World, findings: Findings, steps: Steps) -> None:
    """Upsert by own number: what a file does not name stays as it is."""
    said: dict[tuple[str, ...], _Said] = {}
    rows_seen: dict[tuple[str, Key], int] = {}
    for row in sheet.rows:
        key = _key(row, findings)
        if key is None:
            continue
        number = row.values["number"]
        if (number, key) in rows_seen:
            rule = _("Row %(row)s says this of the machine already.") % {"row": rows_seen[number, key]}
            findings.fault(SHEET, row, "process" if key[0] else "number", rule)
            continue
        rows_seen[number, key] = row.number
        num_faults = len(findings.faults)
        texts, existing = _texts(row, number=number, key=key, world=world, said=said, findings=findings)
        step = _plan_row(row, texts, existing, world=world, key=key, findings=findings)
        _require_one_currency(row, step, steps=steps, findings=findings)
        if step is not None and len(findings.faults) == num_faults:
            is_first = ("machine", number) not in said
            if _note(row, texts, existing, key=key, is_first=is_first, world=world, findings=findings):
                _add(steps, step)
        elif number not in world.machines:
            steps.refused.add(number)
        said.setdefault(("machine", number), _Said(row=row.number, texts=texts))
        said.setdefault(("process", number, key[0]), _Said(row=row.number, texts=texts))
    if world.num_machines + sum(step.is_new for step in steps.machines.values()) > MOST_MACHINES:
        rule = _("At most %(most)s machines for one factory.") % {"most": MOST_MACHINES}
        findings.fault(SHEET, sheet.rows[-1], "number", rule)


def _key(row: Row, findings: Findings) -> Key | None:
    """Which process and product the row is about; None with a fault where that cannot be said."""
    if not row.values["number"]:
        findings.fault(SHEET, row, "number", _("This must not be empty."))
        return None
    process = row.values.get("process", "")
    if process:
        with findings.faults_of(SHEET, row):
            return read_word("process", process), row.values.get("product_code", "")
        return None
    return "", ""


def _texts(
    row: Row,
    *,
    number: str,
    key: Key,
    world: World,
    said: Mapping[tuple[str, ...], _Said],
    findings: Findings,
) -> tuple[dict[str, str], Texts | None]:
    """The whole row: what it says, else what stands (or a row before said) of the machine; and what stands now.

    A later row of the same machine may leave the machine's own columns empty; it may not contradict.
    """
    machine = world.machines.get(number)
    rows = rows_of(machine) if machine else {}
    existing = rows.get(key)
    base: dict[str, str] = dict(NEW)
    if rows:
        any_row = next(iter(rows.values()))
        base = {name: any_row[name] for name in OWN}
        able = [one for (process, _code), one in rows.items() if process and process == key[0]]
        base |= {name: able[0][name] for name in ABLE} if able else {}
        base |= existing or {}
    given = {name: text for name, text in row.values.items() if text or name not in SILENT_WHEN_EMPTY}
    given |= {"number": number, "process": key[0], "product_code": key[1]}
    for scope, names in ((("machine", number), OWN), (("process", number, key[0]), ABLE)):
        earlier = said.get(scope)
        if earlier is None:
            continue
        for name in names:
            told = earlier.texts.get(name, "")
            if given.get(name) and _differs(name, given[name], told):
                rule = _("Row %(row)s says something else of the same machine: %(value)s.")
                findings.fault(SHEET, row, name, rule % {"row": earlier.row, "value": told})
            given[name] = told
    return {**base, **given}, existing


def _differs(name: str, one: str, other: str) -> bool:
    if name in ("holidays", "listed"):
        return _word_or_text(name, one) != _word_or_text(name, other)
    if name in ("certificates", "materials"):
        return read_words(one) != read_words(other)
    if name in READERS:
        return "".join(one.replace(",", "").split()) != other.replace(",", "")
    return one.casefold() != other.casefold()


def _word_or_text(name: str, text: str) -> str:
    try:
        return read_word(name, text)
    except InvalidInput:
        return text


def _plan_row(
    row: Row, texts: dict[str, str], existing: Texts | None, *, world: World, key: Key, findings: Findings
) -> MachineStep | None:
    """The step of one row, or None with all its faults. Puts `texts` into the form that existing rows have."""
    machine = world.machines.get(texts["number"])
    step = MachineStep(number=texts["number"], row=row, is_new=machine is None)
    num_faults = len(findings.faults)
    for name, read in READERS.items():
        with findings.faults_of(SHEET, row):
            read(texts[name], field=name) if texts.get(name) else None
    has_numbers = len(findings.faults) == num_faults
    site: Site | None = None
    with findings.faults_of(SHEET, row, columns=COLUMN_OF):
        site = _site(texts, world)
        step.draft = _draft(texts, machine, site=site)
        _require_may_move(machine, step.draft, world=world)
        is_listed = texts["listed"] == "yes"
        step.is_listed = None if machine and machine.is_listed == is_listed else is_listed
    if has_numbers and key[0]:
        with findings.faults_of(SHEET, row, columns=COLUMN_OF):
            step.capabilities.append(_capability(texts, machine, key=key))
        with findings.faults_of(SHEET, row, columns=COLUMN_OF):
            rate = _rate(texts, machine, existing, key=key, site=site)
            step.rates.extend([rate] if rate else [])
    return step if len(findings.faults) == num_faults else None


def _require_one_currency(row: Row, step: MachineStep | None, *, steps: Steps, findings: Findings) -> None:
    """Within the file; what stands already is looked at with the price."""
    known = steps.machines.get(step.number) if step else None
    if step and known and len({one.currency for one in (*step.rates, *known.rates)}) > 1:
        findings.fault(SHEET, row, "currency", _("All prices of a machine are in one currency."))


def _draft(texts: dict[str, str], machine: Equipment | None, *, site: Site) -> MachineDraft:
    texts["site"] = site.name.strip()
    for name in ("holidays", "listed"):
        texts[name] = read_word(name, texts[name])
    certificates = _same_or(
        texts, "certificates", tuple(machine.certificates) if machine else None, read=read_words
    )
    texts["certificates"] = ", ".join(certificates)
    return MachineDraft(
        name=texts.get("name", ""),
        site=site.public_id,
        own_number=texts["number"],
        model=texts.get("model", ""),
        certificates=certificates,
        observes_holidays=texts["holidays"] == "yes",
    )


def _site(texts: Texts, world: World) -> Site:
    name = texts.get("site", "")
    alike = world.sites.get(name.strip().casefold(), [])
    found = [site for site in alike if site.name.strip() == name.strip()] or alike
    if len(found) == 1:
        return found[0]
    if found:
        raise InvalidInput(_("You have several sites of this name; rename one of them."), field="site")
    known = ", ".join(sorted(one.name for sites in world.sites.values() for one in sites)[:20])
    raise InvalidInput(
        _("You have no site of this name. Your sites: %(sites)s.") % {"sites": known or "–"}, field="site"
    )


def _require_may_move(machine: Equipment | None, draft: MachineDraft, *, world: World) -> None:
    if machine is None or draft.site == machine.site.public_id:
        return
    if any(one.kind in SOLD_KINDS for one in world.taken.get(machine.pk, [])):
        raise InvalidInput(_("The machine stays where it is until its bookings are over."), field="site")


def _capability(texts: dict[str, str], machine: Equipment | None, *, key: Key) -> CapabilityDraft:
    existing = _existing_capability(machine, key)
    materials = _same_or(texts, "materials", tuple(existing.materials) if existing else None, read=read_words)
    texts["materials"] = ", ".join(materials)
    numbers = {name: _whole_or_none(texts, name) for name in ("min_size_mm", "max_size_mm", "tolerance_um")}
    return CapabilityDraft(
        process=key[0],
        materials=materials,
        min_size_mm=numbers["min_size_mm"],
        max_size_mm=numbers["max_size_mm"],
        tolerance_um=numbers["tolerance_um"],
        certificates=tuple(existing.certificates) if existing else (),
    )


def _existing_capability(machine: Equipment | None, key: Key) -> Capability | None:
    found = machine.capabilities.all() if machine else ()
    return next((one for one in found if one.process == key[0]), None)


def _rate(
    texts: dict[str, str], machine: Equipment | None, existing: Texts | None, *, key: Key, site: Site | None
) -> RateDraft | None:
    """None where the row names no price; a price that stands cannot be emptied here."""
    if not texts.get("price"):
        if existing and existing.get("price"):
            raise InvalidInput(
                _("A price that stands is removed on the machine's page, not here."), field="price"
            )
        if any(texts.get(name) for name in ("rate", "product_code")):
            raise InvalidInput(_("A speed needs a price an hour."), field="price")
        for name in PRICED:
            texts.pop(name, None)
        return None
    row = (
        next((one for one in machine.rates.all() if (one.process, one.product_code) == key), None)
        if machine
        else None
    )
    return _priced(texts, row, key=key, currency=_currency(texts, machine, row, site=site))


def _priced(texts: dict[str, str], row: Rate | None, *, key: Key, currency: str) -> RateDraft:
    for name, usual in NEW_RATE.items():
        texts[name] = str(read_whole(texts.get(name) or usual, field=name))
    cents = read_decimal(texts["price"], field="price") * CENTS
    if cents != cents.to_integral_value():
        raise InvalidInput(_("This may have two decimals at most."), field="price")
    texts["price"] = f"{cents / CENTS:.2f}"
    texts["currency"] = currency
    run_units, run_min = _speed(texts, row)
    draft = RateDraft(
        process=key[0],
        product_code=key[1],
        price_cents_per_h=int(cents),
        currency=currency,
        run_units=run_units,
        run_min=run_min,
        setup_min=int(texts["setup_min"]),
        min_lot=int(texts["min_lot"]),
    )
    return replace(draft, speed_pct=row.speed_pct, good_per_1000=row.good_per_1000) if row else draft


def _speed(texts: dict[str, str], row: Rate | None) -> tuple[int | None, int]:
    """Pieces in minutes; a speed that is shown rounded and not changed stays exact."""
    if not texts.get("rate"):
        texts["rate"] = ""
        return None, row.run_min if row else 60
    number = read_decimal(texts["rate"], field="rate")
    if number <= 0 or number != round(number, 3):
        raise InvalidInput(_("This must be more than 0, with three decimals at most."), field="rate")
    exact = Fraction(number)
    run_units, run_min = exact.numerator, exact.denominator * 60
    texts["rate"] = rate_text(run_units=run_units, run_min=run_min)
    if row and row.run_units and rate_text(run_units=row.run_units, run_min=row.run_min) == texts["rate"]:
        return row.run_units, row.run_min
    return run_units, run_min


def _currency(texts: Texts, machine: Equipment | None, row: Rate | None, *, site: Site | None) -> str:
    others = [one.currency for one in machine.rates.all() if one is not row] if machine else []
    given = texts.get("currency", "").upper()
    if given and others and given != others[0]:
        raise InvalidInput(_("All prices of a machine are in one currency."), field="currency")
    if given or row or others:
        return given or (row.currency if row else others[0])
    return currency_of(site) if site else OTHER_CURRENCY  # without a site the row is refused anyway


def _whole_or_none(texts: dict[str, str], name: str) -> int | None:
    if not texts.get(name):
        texts[name] = ""
        return None
    number = read_whole(texts[name], field=name)
    texts[name] = str(number)
    return number


def _same_or(
    texts: Texts, name: str, existing: tuple[str, ...] | None, *, read: Callable[[str], tuple[str, ...]]
) -> tuple[str, ...]:
    """What stands, where the cell says it word for word (a word of it may hold a comma); else what is read."""
    text = texts.get(name, "")
    return existing if existing is not None and ", ".join(existing) == text else read(text)


def _note(
    row: Row,
    texts: Texts,
    existing: Texts | None,
    *,
    key: Key,
    is_first: bool,
    world: World,
    findings: Findings,
) -> bool:
    """Writes down what becomes of the row, and whether there is anything to do. The machine's own columns count
    in its first row only; a new process of a machine that is there leaves them to a line of their own."""
    number = row.values["number"]
    machine = world.machines.get(number)
    keys = tuple(one for one in (number, *key) if one)
    own = {name: text for name, text in texts.items() if name in ("number", *OWN)}
    rest = {name: text for name, text in texts.items() if name not in OWN}
    if existing is not None or machine is None:
        after = texts if is_first else rest
        return findings.row(SHEET, row, key=keys, before=existing, after=after) is not Outcome.UNCHANGED
    is_changed = False
    stands = next(iter(rows_of(machine).values()))
    if is_first and (not key[0] or any(stands[name] != text for name, text in own.items())):
        is_changed = (
            findings.row(SHEET, row, key=(number,), before=stands, after=own) is not Outcome.UNCHANGED
        )
    if key[0]:
        findings.row(SHEET, row, key=keys, before=None, after=rest)
    return is_changed or bool(key[0])


def _add(steps: Steps, step: MachineStep) -> None:
    """Rows of one machine are one step."""
    known = steps.machines.setdefault(step.number, step)
    if known is not step:
        processes = {one.process for one in known.capabilities}
        known.capabilities += [one for one in step.capabilities if one.process not in processes]
        known.rates += step.rates
