from django.urls import path

from marketplace.production import api

urlpatterns = [
    path("work-orders", api.WorkOrderListView.as_view()),
    path("work-orders/<str:work_order>", api.WorkOrderView.as_view()),
    path("work-orders/<str:work_order>/tallies", api.WorkOrderTalliesView.as_view()),
    path("work-orders/<str:work_order>/start", api.WorkOrderStartView.as_view()),
    path("work-orders/<str:work_order>/stop", api.WorkOrderStopView.as_view()),
    path("work-orders/<str:work_order>/close", api.WorkOrderCloseView.as_view()),
    path("work-orders/<str:work_order>/first-article", api.WorkOrderArticleView.as_view()),
    path("first-articles", api.ArticleListView.as_view()),
    path("first-articles/<str:article>/decision", api.ArticleDecisionView.as_view()),
    path("orders/<str:order>/made", api.OrderMadeView.as_view()),
]
