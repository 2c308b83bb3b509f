"""Pages of devices; an address begins with a device's public id, which no other word can be."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from marketplace.machines import views


class DeviceId(StringConverter):
    regex = "dev_[0-9a-z]{16}"


register_converter(DeviceId, "device")

app_name = "machines"
urlpatterns = [
    path("data/", views.data, name="data"),
    path("devices/new/", views.new, name="new"),
    path("devices/<device:device>/", views.device, name="device"),
    path("devices/<device:device>/panel/", views.device_panel, name="device-panel"),
    path("devices/<device:device>/connect/", views.connect, name="connect"),
    path("devices/<device:device>/token/", views.new_token, name="token"),
    path("devices/<device:device>/off/", views.switch_off, name="off"),
]
