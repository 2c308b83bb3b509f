from django.urls import path

from marketplace.trading.views import deals, offers

app_name = "trading"
urlpatterns = [
    path("factory/", offers.home, name="home"),
    path("offers/", offers.offers, name="offers"),
    path("offers/<str:package>/", offers.offer, name="offer"),
    path("offers/<str:package>/answer/", offers.answer, name="answer"),
    path("booked/", offers.work, name="work"),
    path("orders/<str:order>/plan/", deals.plan, name="plan"),
    path("orders/<str:order>/choose/", deals.choose, name="choose"),
    path("orders/<str:order>/consent/", deals.consent, name="consent"),
    path("orders/<str:order>/withdraw/", deals.withdraw, name="withdraw"),
]
