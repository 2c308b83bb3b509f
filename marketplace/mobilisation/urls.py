from django.urls import path

from marketplace.mobilisation import views

app_name = "mobilisation"
urlpatterns = [
    path("control-room/", views.control_room, name="control-room"),
    path("network/", views.network, name="network"),
]
