from django.urls import path

from marketplace.payments.views import buyer, factory, staff, webhook

app_name = "payments"
urlpatterns = [
    path("orders/<str:order>/money/", buyer.order, name="order"),
    path("orders/<str:order>/money/invoices.csv", buyer.export, name="order-export"),
    path("orders/<str:order>/money/deposit/", buyer.deposit, name="deposit"),
    path("invoices/<str:invoice>/pdf/", buyer.invoice_pdf, name="invoice"),
    path("invoices/<str:invoice>/card/", buyer.pay_by_card, name="card"),
    path("contracts/", buyer.contracts, name="contracts"),
    path("contracts/<str:contract>/pdf/", buyer.contract, name="contract"),
    path("payouts/", factory.payouts, name="payouts"),
    path("payouts/next/", factory.next_pay, name="next"),
    path("payouts/payouts.csv", factory.export, name="payouts-export"),
    path("payouts/stripe/", factory.connect, name="connect"),
    path("staff/money/", staff.money, name="desk"),
    path("staff/money/transfers/", staff.confirm_transfer, name="confirm-transfer"),
    path("staff/money/payouts/<str:payout>/", staff.confirm_payout, name="confirm-payout"),
    path("staff/money/payouts/<str:payout>/again/", staff.move_payout, name="move-payout"),
    path("staff/money/orders/<str:order>/refund/", staff.refund, name="refund"),
    path("staff/money/orders/<str:order>/cover/", staff.cover, name="cover"),
    path("staff/money/refunds/<str:refund>/", staff.confirm_refund, name="confirm-refund"),
    path("staff/money/invoices/<str:invoice>/credit/", staff.credit, name="credit"),
    path("staff/money/calls/<str:call>/again/", staff.revive, name="revive"),
    path("staff/money/events/<str:event>/again/", staff.look_again, name="look-again"),
    path("stripe/webhook", webhook.stripe_webhook, name="webhook"),
]
