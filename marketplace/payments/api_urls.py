from django.urls import path

from marketplace.payments import api

urlpatterns = [
    path("contracts", api.ContractListView.as_view()),
    path("contracts/<str:contract>/pdf", api.ContractDocumentView.as_view()),
    path("invoices", api.InvoiceListView.as_view()),
    path("invoices/<str:invoice>", api.InvoiceView.as_view()),
    path("invoices/<str:invoice>/pdf", api.InvoiceDocumentView.as_view()),
    path("payouts", api.PayoutListView.as_view()),
    path("balances", api.BalanceListView.as_view()),
]
