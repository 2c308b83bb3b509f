from django.urls import path

from marketplace.machines.api import devices, observations

urlpatterns = [
    path("devices", devices.DeviceListView.as_view()),
    path("devices/<str:device>", devices.DeviceView.as_view()),
    path("devices/<str:device>/token", devices.DeviceTokenView.as_view()),
    path("devices/<str:device>/state", devices.DeviceStateView.as_view()),
    path("devices/<str:device>/intervals", devices.DeviceIntervalsView.as_view()),
    path("devices/<str:device>/idle-gaps", devices.DeviceIdleGapsView.as_view()),
    path("devices/<str:device>/hours", devices.DeviceHoursView.as_view()),
    path("devices/<str:device>/refusals", devices.DeviceRefusalsView.as_view()),
    path("observations", observations.ObservationsView.as_view()),
    path("mtconnect", observations.MtconnectView.as_view()),
]
