from django.urls import path

from marketplace.disclosure import api

urlpatterns = [
    path("disclosure/matrix", api.MatrixView.as_view()),
    path("firms/<str:firm>", api.FirmView.as_view()),
    path("grants", api.GrantListView.as_view()),
    path("grants/<str:grant>", api.GrantView.as_view()),
    path("grants/<str:grant>/end", api.GrantEndView.as_view()),
    path("looks", api.LookListView.as_view()),
]
