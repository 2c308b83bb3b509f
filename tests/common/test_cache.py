"""While Redis is away the cache forgets, and the API answers as always."""

import pytest
from django.core.cache import cache
from django.test import override_settings
from redis.exceptions import RedisError

from tests.builders import a_viewer, an_api_client

AWAY = {
    "default": {
        "BACKEND": "marketplace.common.cache.ForgetfulRedisCache",
        "LOCATION": "redis://127.0.0.1:1/0",
    }
}


@pytest.fixture
def redis_away():
    with override_settings(CACHES=AWAY):
        yield


def test_it_knows_nothing_and_keeps_nothing(redis_away):
    cache.set("one", 1)
    cache.set_many({"one": 1})
    cache.delete("one")
    cache.delete_many(["one"])
    assert cache.get("one", "nothing") == "nothing"
    assert cache.get_many(["one"]) == {}
    assert not cache.has_key("one")
    assert cache.add("one", 1)
    assert not cache.touch("one")
    assert cache.get_or_set("one", lambda: 7) == 7


def test_who_counts_is_told(redis_away):
    with pytest.raises(RedisError):
        cache.incr("tries")


def test_with_redis_it_keeps_what_it_is_given(servers):
    cache.set("one", 1)
    assert cache.get("one") == 1
    assert not cache.add("one", 2)
    assert cache.incr("one") == 2


@pytest.mark.django_db
def test_the_api_answers_while_redis_is_away(redis_away):
    assert an_api_client(a_viewer()).get("/api/v1/orders").status_code == 200
