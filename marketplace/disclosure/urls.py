"""Pages of disclosure."""

from django.urls import path

from marketplace.disclosure.views import firms, grants, matrix

app_name = "disclosure"
urlpatterns = [
    path("disclosure/", matrix.matrix, name="matrix"),
    path("firms/<str:firm>/", firms.firm, name="firm"),
    path("settings/disclosure/", grants.grants, name="grants"),
    path("settings/disclosure/new/", grants.give, name="give"),
    path("settings/disclosure/<str:grant>/end/", grants.end, name="end"),
    path("settings/preview/", firms.preview, name="preview"),
    path("settings/preview/<str:audience>/", firms.preview, name="preview"),
]
