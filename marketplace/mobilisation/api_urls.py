from django.urls import path

from marketplace.mobilisation import api

urlpatterns = [
    path("need", api.NeedView.as_view()),
    path("capacity", api.CapacityView.as_view()),
]
