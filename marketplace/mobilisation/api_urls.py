from django.urls import path

from marketplace.mobilisation.api import declarations, extensions, figures, programmes, questions

ONE = "declarations/<str:declaration>"
urlpatterns = [
    path("need", figures.NeedView.as_view()),
    path("capacity", figures.CapacityView.as_view()),
    path("declarations", declarations.DeclarationListView.as_view()),
    path(ONE, declarations.DeclarationView.as_view()),
    path(f"{ONE}/propose", declarations.ProposeView.as_view()),
    path(f"{ONE}/approve", declarations.ApproveView.as_view()),
    path(f"{ONE}/refuse", declarations.RefuseView.as_view()),
    path(f"{ONE}/extensions", extensions.ExtensionListView.as_view()),
    path("extensions/<str:extension>/approve", extensions.ApproveExtensionView.as_view()),
    path(f"{ONE}/firms", extensions.BookFirmsView.as_view()),
    path(f"{ONE}/end", declarations.EndView.as_view()),
    path(f"{ONE}/looks", declarations.LookView.as_view()),
    path(f"{ONE}/trail", declarations.TrailView.as_view()),
    path(f"{ONE}/programmes", programmes.ProgrammeListView.as_view()),
    path(f"{ONE}/orders/<str:order>/confirmations", programmes.ConfirmView.as_view()),
    path("programmes/<str:programme>/ratings", programmes.RateView.as_view()),
    path("ratings/<str:rating>/precedence", programmes.PrecedenceView.as_view()),
    path("ratings/<str:rating>/precedence/take", programmes.TakePrecedenceView.as_view()),
    path("questions", questions.QuestionListView.as_view()),
    path("questions/<str:question>", questions.QuestionView.as_view()),
    path("asks/<str:ask>/answers", questions.RecordView.as_view()),
    path("firms", questions.FirmListView.as_view()),
]
