from django.urls import path

from marketplace.capacity.api import calendar, imports, machines, taken

urlpatterns = [
    path("imports", imports.ImportListView.as_view()),
    path("imports/<str:draft>", imports.ImportView.as_view()),
    path("imports/<str:draft>/apply", imports.ImportApplyView.as_view()),
    path("imports/<str:draft>/undo", imports.ImportUndoView.as_view()),
    path("exports/<str:file>", imports.ExportView.as_view()),
    path("machines", machines.MachineListView.as_view()),
    path("machines/<str:machine>", machines.MachineView.as_view()),
    path("machines/<str:machine>/publish", machines.MachinePublishView.as_view()),
    path("machines/<str:machine>/unpublish", machines.MachineUnpublishView.as_view()),
    path("machines/<str:machine>/device", machines.MachineDeviceView.as_view()),
    path("machines/<str:machine>/capabilities/<str:process>", machines.CapabilityView.as_view()),
    path("machines/<str:machine>/rates/<str:process>", machines.RateView.as_view()),
    path("machines/<str:machine>/hours", calendar.WeekView.as_view()),
    path("machines/<str:machine>/exceptions/<str:on>", calendar.ExceptionView.as_view()),
    path("machines/<str:machine>/windows", calendar.WindowListView.as_view()),
    path("machines/<str:machine>/windows/<str:window>", calendar.WindowView.as_view()),
    path("machines/<str:machine>/sellable", calendar.SellableView.as_view()),
    path("machines/<str:machine>/taken", taken.TakenTimeListView.as_view()),
    path("machines/<str:machine>/taken/<str:taken>", taken.TakenTimeView.as_view()),
]
