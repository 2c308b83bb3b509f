"""Pages of products and orders."""

from django.urls import path

from marketplace.orders.views import order_editor, orders, products

app_name = "orders"
urlpatterns = [
    path("orders/", orders.order_list, name="list"),
    path("orders/new/", order_editor.new, name="new"),
    path("orders/export.csv", orders.export, name="export"),
    path("orders/<str:order>/", orders.order, name="order"),
    path("orders/<str:order>/edit/", order_editor.edit, name="edit"),
    path("orders/<str:order>/cancel/", orders.cancel, name="cancel"),
    path("products/", products.product_list, name="products"),
    path("products/new/", products.new_product, name="product-new"),
    path("products/<str:product>/", products.product, name="product"),
    path("products/<str:product>/edit/", products.edit_product, name="product-edit"),
    path("materials/", products.materials, name="materials"),
]
