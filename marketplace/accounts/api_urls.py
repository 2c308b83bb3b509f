from django.urls import path

from marketplace.accounts import api

urlpatterns = [
    path("enterprises/me", api.OwnEnterpriseView.as_view()),
    path("enterprises/me/verification", api.VerificationView.as_view()),
    path("sites", api.SiteListView.as_view()),
    path("sites/<str:public_id>", api.SiteView.as_view()),
    path("members", api.MemberListView.as_view()),
    path("members/<str:public_id>", api.MemberView.as_view()),
    path("invitations", api.InvitationListView.as_view()),
    path("invitations/<str:public_id>", api.InvitationView.as_view()),
    path("notices", api.NoticeListView.as_view()),
    path("tokens", api.TokenListView.as_view()),
    path("tokens/<str:public_id>", api.TokenView.as_view()),
]
