"""The cache while Redis is away: it knows nothing and keeps nothing, and pages and rate limits go on without it.

`incr` still raises: who counts tries must not lose count.
"""

import logging
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


class ForgetfulRedisCache(RedisCache):
    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return _or(default, lambda: super(ForgetfulRedisCache, self).get(key, default, version))

    def get_many(self, keys: Any, version: int | None = None) -> dict[str, Any]:
        return dict(_or({}, lambda: super(ForgetfulRedisCache, self).get_many(keys, version)))

    def has_key(self, key: str, version: int | None = None) -> bool:
        return bool(_or(False, lambda: super(ForgetfulRedisCache, self).has_key(key, version)))

    def add(self, key: str, value: Any, *more: Any, **named: Any) -> bool:
        """True while Redis is away: nobody is known to have been first."""
        return bool(_or(True, lambda: super(ForgetfulRedisCache, self).add(key, value, *more, **named)))

    def set(self, key: str, value: Any, *more: Any, **named: Any) -> None:
        _or(None, lambda: super(ForgetfulRedisCache, self).set(key, value, *more, **named))

    def set_many(self, data: Any, *more: Any, **named: Any) -> list[Any]:
        return list(_or(list(data), lambda: super(ForgetfulRedisCache, self).set_many(data, *more, **named)))

    def touch(self, key: str, *more: Any, **named: Any) -> bool:
        return bool(_or(False, lambda: super(ForgetfulRedisCache, self).touch(key, *more, **named)))

    def delete(self, key: str, version: int | None = None) -> bool:
        return bool(_or(False, lambda: super(ForgetfulRedisCache, self).delete(key, version)))

    def delete_many(self, keys: Any, version: int | None = None) -> None:
        _or(None, lambda: super(ForgetfulRedisCache, self).delete_many(keys, version))


def _or(otherwise: Any, ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except (RedisError, OSError) as error:
        log.warning("the cache is away: %s", error)
        return otherwise
