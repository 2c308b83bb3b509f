from django.urls import path

from marketplace.delivery.api import orders, shipments

urlpatterns = [
    path("shipments", shipments.ShipmentListView.as_view()),
    path("shipments/many/dispatch", shipments.DispatchManyView.as_view()),
    path("shipments/many/receive", shipments.ReceiveManyView.as_view()),
    path("shipments/<str:shipment>", shipments.ShipmentView.as_view()),
    path("shipments/<str:shipment>/pack", shipments.PackView.as_view()),
    path("shipments/<str:shipment>/dispatch", shipments.DispatchView.as_view()),
    path("shipments/<str:shipment>/another", shipments.AnotherView.as_view()),
    path("shipments/<str:shipment>/arrive", shipments.ArriveView.as_view()),
    path("shipments/<str:shipment>/boxes", shipments.ReceiveBoxView.as_view()),
    path("shipments/<str:shipment>/lines/<str:line>", shipments.UndoLineView.as_view()),
    path("shipments/<str:shipment>/receive", shipments.ReceiveView.as_view()),
    path("orders/<str:order>/delivery", orders.OrderDeliveryView.as_view()),
    path("orders/<str:order>/account", orders.OrderAccountView.as_view()),
    path("orders/<str:order>/settle", orders.OrderSettleView.as_view()),
    path("orders/<str:order>/events.epcis", orders.OrderEventsView.as_view()),
]
