from django.urls import path

from marketplace.trading import api, change_api

urlpatterns = [
    path("orders/<str:order>/deal", api.OrderDealView.as_view()),
    path("packages", api.PackageListView.as_view()),
    path("packages/<str:package>", api.PackageView.as_view()),
    path("packages/<str:package>/answer", api.PackageAnswerView.as_view()),
    path("orders/<str:order>/change", change_api.OrderChangeView.as_view()),
    path("orders/<str:order>/change/commit", change_api.OrderChangeCommitView.as_view()),
    path("disturbances", change_api.DisturbanceListView.as_view()),
    path("disturbances/<str:disturbance>", change_api.DisturbanceView.as_view()),
    path("disturbances/<str:disturbance>/dismiss", change_api.DisturbanceDismissView.as_view()),
    path("disturbances/<str:disturbance>/return", change_api.DisturbanceReturnView.as_view()),
    path("runs/<str:run>/pin", change_api.RunPinView.as_view()),
    path("runs/<str:run>/move", change_api.RunMoveView.as_view()),
    path("runs", api.RunListView.as_view()),
]
