from django.urls import path

from marketplace.planning import api

urlpatterns = [
    path("plans", api.PlanRunListView.as_view()),
    path("plans/<str:plan>", api.PlanRunView.as_view()),
    path("plans/<str:plan>/stop", api.PlanRunStopView.as_view()),
    path("orders/<str:order>/plans", api.OrderPlansView.as_view()),
]
