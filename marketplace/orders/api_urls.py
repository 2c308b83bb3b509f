from django.urls import path

from marketplace.orders.api import orders, products

urlpatterns = [
    path("orders", orders.OrderListView.as_view()),
    path("orders/<str:order>", orders.OrderView.as_view()),
    path("orders/<str:order>/open", orders.OrderOpenView.as_view()),
    path("orders/<str:order>/cancel", orders.OrderCancelView.as_view()),
    path("products", products.ProductListView.as_view()),
    path("products/<str:product>", products.ProductView.as_view()),
    path("materials", products.MaterialListView.as_view()),
]
