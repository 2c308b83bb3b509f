"""A list of firms with declared capacity, row by row: what is wrong in which field, and by which rule."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.details import EnterpriseDetails, SiteDetails, site_in
from marketplace.accounts.places import City, city_named, nearest_city
from marketplace.capacity.models import Process
from marketplace.common.checks import require_number, require_text, require_whole
from marketplace.common.errors import InvalidInput
from marketplace.common.sheets import Column, Row, read_day, read_decimal, read_whole
from marketplace.mobilisation.goods import templates

MOST_ROWS = 5000
MOST_A_DAY = 10**9
COLUMNS = (
    Column(key="registration_number", english="registration number", chinese="统一社会信用代码", is_required=True,
           also=("credit code", "注册号"), example="91330200MA2GXXXX01",
           rule=("identifies the firm; the same number again changes what is there", "识别企业；相同代码再次导入即更新")),
    Column(key="name", english="name", chinese="企业名称", is_required=True, also=("firm", "company", "名称"),
           example="Ningbo Nonwovens", rule=("2 to 160 characters", "2 至 160 个字符")),
    Column(key="contact", english="contact", chinese="联系人", example="Wang Li", rule=("whom to ask for", "联系人姓名")),
    Column(key="phone", english="telephone", chinese="电话", also=("phone", "mobile", "手机"), example="+86 574 0000 0000",
           rule=("digits and + ( ) -", "数字及 + ( ) -")),
    Column(key="email", english="e-mail", chinese="电子邮箱", also=("mail", "邮箱"), example="wang@example.cn",
           rule=("an e-mail address", "电子邮箱地址")),
    Column(key="city", english="city", chinese="城市", is_required=True, example="Ningbo",
           rule=("a city of the list, or any with latitude and longitude", "列表中的城市；其他城市须填经纬度")),
    Column(key="lat", english="latitude", chinese="纬度", also=("lat",), rule=("degrees, -90 to 90", "度，-90 至 90")),
    Column(key="lon", english="longitude", chinese="经度", also=("lon", "lng"),
           rule=("degrees, -180 to 180", "度，-180 至 180")),
    Column(key="process", english="process", chinese="工艺", is_required=True, example="sewing",
           rule=("one of our processes, by name or code", "系统内工艺的名称或代码")),
    Column(key="product", english="product", chinese="产品", example="",
           rule=("the code of a product everybody can order, or nothing", "通用产品代码，可留空")),
    Column(key="pieces_a_day", english="pieces a day", chinese="日产量", is_required=True, example="20000",
           rule=("a whole number from 1", "不小于 1 的整数")),
    Column(key="starts_on", english="from", chinese="开始日期", example="2026-03-02",
           rule=("a date, or nothing", "日期，可留空")),
    Column(key="ends_on", english="until", chinese="结束日期", example="2026-04-30",
           rule=("a date, included, or nothing", "日期（含当日），可留空")),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmRow:
    """One row that may be taken over: a firm, where it is, and one capacity. `starts_on`, `ends_on` are ISO or empty."""

    number: int
    registration_number: str
    name: str
    contact: str
    phone: str
    email: str
    city: str
    region: str
    country: str
    lat: float
    lon: float
    time_zone: str
    process: str
    product: str
    pieces_a_day: int
    starts_on: str
    ends_on: str

    def site(self) -> SiteDetails:
        return SiteDetails(
            name=self.city,
            city=self.city,
            region=self.region,
            country=self.country,
            lat=self.lat,
            lon=self.lon,
            time_zone=self.time_zone,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`number` is the row as the spreadsheet counts it, `field` a column's heading, `rule` what it breaks."""

    number: int
    field: str
    value: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRows:
    rows: tuple[FirmRow, ...]
    faults: tuple[Fault, ...]


def read_rows(rows: Sequence[Row]) -> ReadRows:
    """Every row is looked at; one with a fault is not among the rows. One query. Raises `InvalidInput` for too many."""
    if len(rows) > MOST_ROWS:
        raise InvalidInput(_("A list may have at most 5,000 rows."), field="file", value=len(rows))
    processes, products = _process_names(), set(templates().values_list("code", flat=True))
    read: list[FirmRow] = []
    faults: list[Fault] = []
    for row in rows:
        try:
            read.append(_read(row, processes=processes, products=products))
        except InvalidInput as error:
            faults.append(_fault(row, error))
    good, contradictions = _agreeing(read)
    return ReadRows(
        rows=tuple(good), faults=tuple(sorted([*faults, *contradictions], key=lambda f: f.number))
    )


def as_json(rows: Iterable[FirmRow | Fault]) -> list[dict[str, Any]]:
    return [asdict(row) for row in rows]


def _read(row: Row, *, processes: dict[str, str], products: set[str]) -> FirmRow:
    """Raises `InvalidInput` with the key of the column."""
    value = {column.key: row.values.get(column.key, "").strip() for column in COLUMNS}
    require_text(value["registration_number"], field="registration_number", least=2, most=64)
    EnterpriseDetails(name=value["name"], registration_number=value["registration_number"])
    require_text(value["contact"], field="contact", most=120)
    require_text(value["phone"], field="phone", most=40)
    _require_email(value["email"])
    city, lat, lon = _place(value)
    process = processes.get(value["process"].casefold())
    if process is None:
        raise InvalidInput(_("This is none of our processes."), field="process", value=value["process"][:40])
    if value["product"] and value["product"] not in products:
        raise InvalidInput(_("There is no such product."), field="product", value=value["product"][:40])
    pieces = read_whole(value["pieces_a_day"], field="pieces_a_day")
    require_whole(pieces, field="pieces_a_day", least=1, most=MOST_A_DAY)
    starts_on, ends_on = _days(value)
    return FirmRow(
        number=row.number,
        registration_number=value["registration_number"],
        name=value["name"],
        contact=value["contact"],
        phone=value["phone"],
        email=value["email"],
        city=value["city"] if city_named(value["city"]) is None else city.name,
        region=city.region,
        country=city.country,
        lat=lat,
        lon=lon,
        time_zone=city.time_zone,
        process=process,
        product=value["product"],
        pieces_a_day=pieces,
        starts_on=starts_on,
        ends_on=ends_on,
    )


def _place(value: dict[str, str]) -> tuple[City, float, float]:
    """The city of the list, or for another one the nearest, with the position."""
    require_text(value["city"], field="city", least=1, most=80)
    lat, lon = (float(read_decimal(value[key], field=key)) if value[key] else None for key in ("lat", "lon"))
    city = city_named(value["city"])
    if lat is None or lon is None:
        if city is None:
            raise InvalidInput(
                _("We do not know this city: give latitude and longitude."), field="city", value=value["city"]
            )
        return city, city.lat, city.lon
    require_number(lat, field="lat", least=-90, most=90)
    require_number(lon, field="lon", least=-180, most=180)
    found = city or nearest_city(lat=lat, lon=lon)
    site_in(found, lat=lat, lon=lon)
    return found, lat, lon


def _days(value: dict[str, str]) -> tuple[str, str]:
    days: dict[str, date | None] = {
        key: read_day(value[key], field=key) if value[key] else None for key in ("starts_on", "ends_on")
    }
    starts_on, ends_on = days["starts_on"], days["ends_on"]
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        raise InvalidInput(
            _("The end must not be before the start."), field="ends_on", value=value["ends_on"]
        )
    return starts_on.isoformat() if starts_on else "", ends_on.isoformat() if ends_on else ""


def _agreeing(rows: list[FirmRow]) -> tuple[list[FirmRow], list[Fault]]:
    """Rows of one number must name one firm, and each capacity once."""
    names: dict[str, str] = {}
    seen: set[tuple[str, str, str, str]] = set()
    good, faults = [], []
    for row in rows:
        capacity = (row.registration_number, row.process, row.product, row.starts_on)
        if names.setdefault(row.registration_number, row.name) != row.name:
            rule = _("The same registration number has another name further up.")
            faults.append(Fault(number=row.number, field="name", value=row.name, rule=str(rule)))
        elif capacity in seen:
            rule = _("This capacity is here twice.")
            faults.append(Fault(number=row.number, field="process", value=row.process, rule=str(rule)))
        else:
            seen.add(capacity)
            good.append(row)
    return good, faults


def _fault(row: Row, error: InvalidInput) -> Fault:
    return Fault(
        number=row.number,
        field=error.field,
        value=str(row.values.get(error.field, ""))[:80],
        rule=str(error.text),
    )


def _require_email(text: str) -> None:
    if text:
        require_text(text, field="email", most=254)
        try:
            validate_email(text)
        except ValidationError as error:
            raise InvalidInput(_("This is no e-mail address."), field="email", value=text[:80]) from error


def _process_names() -> dict[str, str]:
    """Codes and names in every language of ours."""
    names = {process.value: process.value for process in Process}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            names |= {str(process.label).casefold(): process.value for process in Process}
    return names
