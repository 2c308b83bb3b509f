from django.urls import path

from marketplace.delivery.views import buyer, documents, factory, public, receiving

app_name = "delivery"
urlpatterns = [
    path("shipments/", factory.to_send, name="shipments"),
    path("shipments/coming/", factory.coming, name="coming"),
    path("shipments/history/", factory.history, name="history"),
    path("factory/wants/", factory.wants, name="wants"),
    path("shipments/send/", factory.send, name="send"),
    path("shipments/receive/", receiving.find_box, name="find-box"),
    path("shipments/<str:shipment>/", factory.shipment, name="shipment"),
    path("shipments/<str:shipment>/pack/", factory.pack, name="pack"),
    path("shipments/<str:shipment>/unpack/", factory.unpack, name="unpack"),
    path("shipments/<str:shipment>/dispatch/", factory.dispatch, name="dispatch"),
    path("shipments/<str:shipment>/another/", factory.another, name="another"),
    path("shipments/<str:shipment>/arrived/", receiving.arrived, name="arrived"),
    path("shipments/<str:shipment>/receive/", receiving.receive, name="receive"),
    path("shipments/<str:shipment>/scan/", receiving.scan, name="scan"),
    path("shipments/<str:shipment>/undo/", receiving.undo, name="undo"),
    path("shipments/<str:shipment>/labels.pdf", documents.labels, name="labels"),
    path("shipments/<str:shipment>/note.pdf", documents.note, name="note"),
    path("shipments/<str:shipment>/proof/<str:step>.jpg", documents.photo, name="photo"),
    path("box/<str:box>/", receiving.box, name="box"),
    path("orders/<str:order>/delivery/", buyer.part, name="part"),
    path("orders/<str:order>/deliveries/", buyer.deliveries, name="deliveries"),
    path("orders/<str:order>/account/", buyer.account, name="account"),
    path("orders/<str:order>/account.csv", buyer.account_csv, name="account-csv"),
    path("orders/<str:order>/settle/", buyer.settle, name="settle"),
    path("work/<str:work_order>/boxes/", buyer.boxes_with_work, name="boxes-with-work"),
    path("t/<str:token>/", public.tracking, name="tracking"),
    path("d/<str:shipment>/<str:token>/", public.driver, name="driver"),
]
