"""HTTP and the one websocket."""

import gc
import os
from importlib import import_module

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application
from django.urls import path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django_application = get_asgi_application()

from config.body_limit import BodyLimit  # noqa: E402 - apps must be loaded first
from marketplace.common.consumers import LiveConsumer  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": BodyLimit(django_application),
        "websocket": AllowedHostsOriginValidator(
            AuthMiddlewareStack(URLRouter([path("ws/", LiveConsumer.as_asgi())]))
        ),
    }
)

import_module("config.urls")  # every page with it
# What is loaded by now lives as long as the process. Counted among what may die, its hundreds of thousands of objects
# would be gone through every now and then in the middle of a request, for a fifth of a second.
gc.collect()
gc.freeze()
