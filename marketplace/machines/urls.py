from django.urls import URLPattern, URLResolver

app_name = "machines"
urlpatterns: list[URLPattern | URLResolver] = []
