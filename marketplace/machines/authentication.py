"""Devices over HTTP: `Authorization: Bearer musd_…`."""

from dataclasses import dataclass

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from marketplace.common.hashing import hash_token
from marketplace.machines.models import Device

REALM = 'Bearer realm="muster devices"'


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCaller:
    """Stands where a person stands in other requests; throttles count by `pk`."""

    pk: str
    is_authenticated: bool = True


class DeviceTokenAuthentication(BaseAuthentication):
    """The token names the device: a body cannot speak for another one. `request.auth` is the `Device`."""

    def authenticate(self, request: Request) -> tuple[DeviceCaller, Device] | None:
        parts = get_authorization_header(request).split()
        if not parts:
            return None
        if len(parts) != 2 or parts[0].lower() != b"bearer":
            raise AuthenticationFailed("The Authorization header must be `Bearer <device token>`.")
        device = Device.objects.filter(token_hash=hash_token(parts[1].decode("latin-1"))).first()
        if device is None:
            raise AuthenticationFailed("This device token is not valid.")
        return DeviceCaller(pk=device.public_id), device

    def authenticate_header(self, request: Request) -> str:
        return REALM


class IsDevice(BasePermission):
    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.auth, Device)


class DeviceTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "marketplace.machines.authentication.DeviceTokenAuthentication"
    name = "deviceToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A device's token, told once when it was made.",
        }
