"""Pages of machines; an address begins with a machine's public id, which no other word can be."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from marketplace.capacity.views import abilities, calendar, feeds, imports, machines


class MachineId(StringConverter):
    regex = "mac_[0-9a-z]{16}"


class SheetKey(StringConverter):
    regex = "machines|hours|exceptions|windows|jobs"


register_converter(MachineId, "machine")
register_converter(SheetKey, "sheet")

app_name = "capacity"
urlpatterns = [
    path("machines/", machines.machine_list, name="list"),
    path("machines/new/", machines.new, name="new"),
    path("machines/import/", imports.start, name="import"),
    path("machines/import/<str:draft>/", imports.draft, name="import-draft"),
    path("machines/import/<str:draft>/undo/", imports.undo, name="import-undo"),
    path("machines/export.xlsx", imports.export, name="export"),
    path("machines/export/<sheet:kind>.csv", imports.export, name="export-sheet"),
    path("machines/template.xlsx", imports.template, name="template"),
    path("machines/template/<sheet:kind>.csv", imports.template, name="template-sheet"),
    path("machines/calendar/", feeds.renew, name="feed-renew"),
    path("machines/calendar/<str:feed>/revoke/", feeds.revoke, name="feed-revoke"),
    path("machines/<machine:machine>/calendar/", feeds.renew, name="machine-feed-renew"),
    path("calendar/<str:token>.ics", feeds.calendar, name="calendar"),
    path("machines/<machine:machine>/", machines.machine, name="machine"),
    path("machines/<machine:machine>/edit/", machines.edit, name="edit"),
    path("machines/<machine:machine>/publish/", machines.publish, name="publish"),
    path("machines/<machine:machine>/unpublish/", machines.unpublish, name="unpublish"),
    path("machines/<machine:machine>/connect/", machines.connect, name="connect"),
    path("machines/<machine:machine>/hours/", calendar.hours, name="hours"),
    path("machines/<machine:machine>/exceptions/", calendar.exception, name="exception"),
    path("machines/<machine:machine>/exceptions/remove/", calendar.remove_exception, name="exception-remove"),
    path("machines/<machine:machine>/windows/", calendar.offer_window, name="offer"),
    path("machines/<machine:machine>/proposals/", calendar.proposals, name="proposals"),
    path("machines/<machine:machine>/habit/", calendar.offer_habit, name="offer-habit"),
    path("machines/<machine:machine>/idle/", calendar.offer_idle_time, name="offer-idle"),
    path(
        "machines/<machine:machine>/windows/<str:window>/withdraw/", calendar.withdraw_window, name="withdraw"
    ),
    path("machines/<machine:machine>/taken/", calendar.take, name="take"),
    path("machines/<machine:machine>/taken/<str:taken>/give-back/", calendar.give_back, name="give-back"),
    path("machines/<machine:machine>/capabilities/", abilities.set_capability, name="capability"),
    path(
        "machines/<machine:machine>/capabilities/<str:process>/remove/",
        abilities.remove_capability,
        name="capability-remove",
    ),
    path("machines/<machine:machine>/rates/", abilities.set_rate, name="rate"),
    path("machines/<machine:machine>/rates/<str:process>/remove/", abilities.remove_rate, name="rate-remove"),
]
