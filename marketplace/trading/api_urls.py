from django.urls import path

from marketplace.trading import api

urlpatterns = [
    path("orders/<str:order>/deal", api.OrderDealView.as_view()),
    path("orders/<str:order>/deal/consent", api.OrderConsentView.as_view()),
    path("packages", api.PackageListView.as_view()),
    path("packages/<str:package>", api.PackageView.as_view()),
    path("packages/<str:package>/answer", api.PackageAnswerView.as_view()),
    path("runs", api.RunListView.as_view()),
]
