from django.urls import path

from marketplace.production.views import buyers, pins, stations, work

app_name = "production"
urlpatterns = [
    path("work/", work.today, name="today"),
    path("work/pins/", pins.pins, name="pins"),
    path("work/pins/sites/<str:site>/", pins.set_pin, name="set-pin"),
    path("work/pins/machines/<str:machine>/", pins.set_machine_pin, name="set-machine-pin"),
    path("work/cards/<str:package>.pdf", work.cards_of_package, name="package-cards"),
    path("work/<str:work_order>/", work.work_order, name="work-order"),
    path("work/<str:work_order>/start/", work.start, name="start"),
    path("work/<str:work_order>/stop/", work.stop, name="stop"),
    path("work/<str:work_order>/tell/", work.tell, name="tell"),
    path("work/<str:work_order>/undo/", work.undo, name="undo"),
    path("work/<str:work_order>/close/", work.close, name="close"),
    path("work/<str:work_order>/box/", work.box, name="box"),
    path("work/<str:work_order>/by-hand/", work.by_hand, name="by-hand"),
    path("work/<str:work_order>/photo/", work.photo, name="photo"),
    path("work/<str:work_order>/link/", work.link, name="link"),
    path("work/<str:work_order>/card.pdf", work.card_pdf, name="card"),
    path("orders/<str:order>/made/", buyers.made, name="made"),
    path("orders/<str:order>/first-articles/", buyers.order_articles, name="order-articles"),
    path("orders/<str:order>/first-articles/approve/", buyers.approve, name="approve-articles"),
    path("first-articles/", buyers.articles, name="articles"),
    path("first-articles/<str:article>/decide/", buyers.decide, name="decide"),
    path("first-articles/<str:article>/photo.jpg", buyers.photo, name="article-photo"),
    path("w/sw.js", stations.service_worker, name="service-worker"),
    path("w/<str:token>/", stations.station, name="station"),
    path("w/<str:token>/pin/", stations.pin, name="station-pin"),
    path("w/<str:token>/tell/", stations.tell, name="station-tell"),
    path("w/<str:token>/queue/", stations.queue, name="station-queue"),
    path("w/<str:token>/state/", stations.state, name="station-state"),
    path("w/<str:token>/start/", stations.start, name="station-start"),
    path("w/<str:token>/stop/", stations.stop, name="station-stop"),
    path("w/<str:token>/box/", stations.box, name="station-box"),
    path("w/<str:token>/photo/", stations.photo, name="station-photo"),
]
