from django.urls import path

from marketplace.trading.views import changes, deals, offers, runs

app_name = "trading"
urlpatterns = [
    path("factory/", offers.home, name="home"),
    path("offers/", offers.offers, name="offers"),
    path("offers/<str:package>/", offers.offer, name="offer"),
    path("offers/<str:package>/answer/", offers.answer, name="answer"),
    path("booked/", offers.work, name="work"),
    path("orders/<str:order>/plan/", deals.plan, name="plan"),
    path("orders/<str:order>/choose/", deals.choose, name="choose"),
    path("orders/<str:order>/change/", changes.change, name="change"),
    path("orders/<str:order>/change/commit/", changes.commit, name="commit-change"),
    path("disturbances/<str:disturbance>/dismiss/", changes.dismiss, name="dismiss"),
    path("disturbances/<str:disturbance>/return/", changes.say_return, name="say-return"),
    path("delay-notices/<str:notice>/", changes.notice, name="delay-notice"),
    path("runs/<str:run>/", runs.run, name="run"),
    path("runs/<str:run>/pin/", runs.pin, name="pin"),
    path("runs/<str:run>/move/", runs.move, name="move"),
    path("orders/<str:order>/withdraw/", deals.withdraw, name="withdraw"),
]
