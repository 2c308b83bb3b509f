from django.urls import URLPattern, URLResolver

app_name = "mobilisation"
urlpatterns: list[URLPattern | URLResolver] = []
