"""Cities by name and by position, from a list of GeoNames (data/README.md); no outside server is asked."""

import csv
import math
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from babel import Locale
from django.utils.translation import get_language

FILE = Path(__file__).parent / "data" / "cities.csv"
EARTH_RADIUS_KM = 6371.0
POSITIONS_KEPT = 4_096  # the nearest city is found by looking at all of them, for the same few places
PROVINCES_ZH = {
    "Anhui": "安徽", "Beijing": "北京", "Chongqing": "重庆", "Fujian": "福建", "Gansu": "甘肃", "Guangdong": "广东",
    "Guangxi": "广西", "Guizhou": "贵州", "Hainan": "海南", "Hebei": "河北", "Heilongjiang": "黑龙江", "Henan": "河南",
    "Hubei": "湖北", "Hunan": "湖南", "Inner Mongolia": "内蒙古", "Jiangsu": "江苏", "Jiangxi": "江西", "Jilin": "吉林",
    "Liaoning": "辽宁", "Ningxia": "宁夏", "Qinghai": "青海", "Shaanxi": "陕西", "Shandong": "山东", "Shanghai": "上海",
    "Shanxi": "山西", "Sichuan": "四川", "Tianjin": "天津", "Tibet": "西藏", "Xinjiang": "新疆", "Yunnan": "云南",
    "Zhejiang": "浙江",
}  # fmt: skip
SIDES_ZH = {"North": "北部", "South": "南部", "East": "东部", "West": "西部", "Central": "中部"}


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """`region` is the province or state where the list knows it, else the country's name; `country` is ISO 3166."""

    name: str
    name_zh: str
    region: str
    country: str
    lat: float
    lon: float
    population: int
    time_zone: str

    @property
    def local_name(self) -> str:
        return place_name(self.name)

    @property
    def local_region(self) -> str:
        return place_name(self.region)


def search_cities(text: str, *, limit: int = 8) -> list[City]:
    """Cities whose English or Chinese name begins with the text, the most populous first."""
    wanted = _folded(text)
    if not wanted:
        return []
    found = [city for city in _cities() if _folded(city.name).startswith(wanted) or _begins_zh(city, wanted)]
    return sorted(found, key=lambda city: (_folded(city.name) != wanted, -city.population))[:limit]


def city_named(text: str) -> City | None:
    """The most populous city of exactly this name, in English or Chinese."""
    wanted = _folded(text)
    named = [city for city in _cities() if wanted in (_folded(city.name), city.name_zh)]
    return max(named, key=lambda city: city.population, default=None)


@lru_cache(maxsize=POSITIONS_KEPT)
def nearest_city(*, lat: float, lon: float) -> City:
    """The city of the list that is nearest to a position in degrees, as the crow flies."""
    return min(_cities(), key=lambda city: distance_km(lat, lon, city.lat, city.lon))


def distance_km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Great-circle distance by the haversine formula."""
    half_lat, half_lon = math.radians(other_lat - lat) / 2, math.radians(other_lon - lon) / 2
    h = (
        math.sin(half_lat) ** 2
        + math.cos(math.radians(lat)) * math.cos(math.radians(other_lat)) * math.sin(half_lon) ** 2
    )
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(h))


def place_name(name: str) -> str:
    """The name of a city, region or side of a province in the active language; one we do not know stays as it is."""
    if not (get_language() or "").startswith("zh"):
        return name
    names = _zh_names()
    whole, _space, side = name.rpartition(" ")
    if name not in names and whole in PROVINCES_ZH and side in SIDES_ZH:
        return PROVINCES_ZH[whole] + SIDES_ZH[side]
    return names.get(name, name)


@cache
def _cities() -> tuple[City, ...]:
    with FILE.open(encoding="utf-8", newline="") as lines:
        return tuple(
            City(
                name=row["name"],
                name_zh=row["name_zh"],
                region=row["region"],
                country=row["country"],
                lat=float(row["lat"]),
                lon=float(row["lon"]),
                population=int(row["population"]),
                time_zone=row["time_zone"],
            )
            for row in csv.DictReader(lines)
        )


@cache
def _zh_names() -> dict[str, str]:
    """Of two cities of one name the more populous names both."""
    countries = Locale.parse("zh_Hans").territories
    by_size = sorted(_cities(), key=lambda city: city.population)
    regions = {city.region: countries[city.country] for city in by_size if city.country != "US"}
    cities = {city.name: city.name_zh for city in by_size if city.name_zh}
    return {**regions, **cities, **PROVINCES_ZH}


def _folded(text: str) -> str:
    return text.strip().casefold().replace("'", "").replace("’", "").replace(" ", "")


def _begins_zh(city: City, wanted: str) -> bool:
    return bool(city.name_zh) and city.name_zh.startswith(wanted.removesuffix("市"))
