from django.urls import path

from marketplace.planning import views

app_name = "planning"
urlpatterns = [
    path("orders/<str:order>/options/", views.options, name="options"),
    path("orders/<str:order>/ask/", views.ask, name="ask"),
    path("plans/<str:plan>/", views.plan, name="plan"),
    path("plans/<str:plan>/stop/", views.stop, name="stop"),
]
