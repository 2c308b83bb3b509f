"""Cities by name and by position."""

import pytest
from django.utils import translation

from marketplace.accounts import places
from marketplace.accounts.places import city_named, distance_km, nearest_city, place_name, search_cities


def test_a_city_is_found_by_its_first_letters_the_largest_first():
    found = search_cities("ning")
    assert found[0].name == "Ningbo"
    assert all(city.name.lower().startswith("ning") for city in found)


@pytest.mark.parametrize("text", ["宁波", "宁波市", " NINGBO ", "ningbo"])
def test_a_city_is_found_in_both_languages(text):
    assert search_cities(text)[0].name == "Ningbo"


def test_an_apostrophe_need_not_be_typed():
    assert search_cities("xian")[0].name == search_cities("xi'an")[0].name == "Xi'an"


def test_no_more_are_listed_than_asked_for_and_none_for_nothing():
    assert len(search_cities("s", limit=5)) == 5
    assert search_cities("") == search_cities("  ") == search_cities("qqqq") == []


def test_of_two_cities_of_one_name_the_larger_is_meant():
    city = city_named("Suzhou")
    assert (city.region, city_named("nowhere at all")) == ("Jiangsu", None)


def test_a_position_belongs_to_the_nearest_city():
    assert nearest_city(lat=30.18, lon=121.24).name == "Cixi"


def test_a_position_is_measured_against_all_cities_once(monkeypatch):
    """Papers and pages ask for the same few places again and again."""
    nearest_city.cache_clear()
    asked = []
    monkeypatch.setattr(places, "distance_km", lambda *at: asked.append(at) or distance_km(*at))
    first = [nearest_city(lat=30.18, lon=121.24) for _again in range(3)]
    assert len(asked) == len(set(asked)) > 100
    assert nearest_city(lat=29.87, lon=121.54) != first[0], "another position is another question"


def test_distances_are_those_of_the_globe():
    assert abs(distance_km(29.878, 121.549, 30.294, 120.161) - 141.5) < 1  # Ningbo to Hangzhou
    assert abs(distance_km(0, 179.5, 0, -179.5) - 111.2) < 0.5  # over the date line
    assert distance_km(10, 10, 10, 10) == 0


def test_names_are_shown_in_the_language_of_the_page():
    with translation.override("zh-hans"):
        assert [place_name(name) for name in ("Ningbo", "Zhejiang", "Zhejiang East", "Germany", "Little Harbour")] == [
            "宁波", "浙江", "浙江东部", "德国", "Little Harbour",
        ]  # fmt: skip
    with translation.override("en"):
        assert place_name("Ningbo") == "Ningbo"


@pytest.mark.django_db
def test_everybody_may_look_into_the_atlas(client):
    assert client.get("/places?q=ning").json()["places"][0]["name"] == "Ningbo"
    assert client.get("/places?lat=30.18&lon=121.24").json()["places"][0]["name"] == "Cixi"
    for query in ("", "?q=", "?lat=x&lon=1", "?lat=91&lon=0", "?lat=nan&lon=0", "?lat=inf&lon=0"):
        assert client.get("/places" + query).json() == {"places": []}
