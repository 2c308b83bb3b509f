from django.urls import path

from marketplace.mobilisation.views import control_room, declarations, firms, owners, powers, questions, trail

app_name = "mobilisation"
EMERGENCY = "emergency/<str:declaration>"
urlpatterns = [
    path("control-room/", control_room.control_room, name="control-room"),
    path("network/", control_room.network, name="network"),
    path("emergency/", declarations.declarations, name="emergencies"),
    path("emergency/new", declarations.declare, name="declare"),
    path(f"{EMERGENCY}/", declarations.declaration, name="declaration"),
    path(f"{EMERGENCY}/change", declarations.change, name="change"),
    path(f"{EMERGENCY}/propose", declarations.propose, name="propose"),
    path(f"{EMERGENCY}/approve", declarations.approve, name="approve"),
    path(f"{EMERGENCY}/refuse", declarations.refuse, name="refuse"),
    path(f"{EMERGENCY}/end", declarations.end, name="end"),
    path(f"{EMERGENCY}/extend", declarations.extend, name="extend"),
    path("extensions/<str:extension>/approve", declarations.approve_extension, name="approve-extension"),
    path(f"{EMERGENCY}/capacity", powers.look, name="look"),
    path(f"{EMERGENCY}/programmes/new", powers.new_programme, name="new-programme"),
    path(f"{EMERGENCY}/orders/<str:order>", powers.rate, name="rate"),
    path("ratings/<str:rating>/", powers.precedence, name="precedence"),
    path(f"{EMERGENCY}/report", powers.report, name="report"),
    path(f"{EMERGENCY}/report.csv", powers.report_csv, name="report-csv"),
    path(f"{EMERGENCY}/trail", trail.trail, name="trail"),
    path(f"{EMERGENCY}/trail.csv", trail.trail_csv, name="trail-csv"),
    path(f"{EMERGENCY}/ask", questions.ask, name="ask-under"),
    path(f"{EMERGENCY}/add-firms", questions.add_firms, name="add-firms"),
    path("questions/", questions.questions, name="questions"),
    path("questions/new", questions.ask, name="ask"),
    path("questions/<str:question>/", questions.question, name="question"),
    path("questions/<str:question>/links", questions.links, name="links"),
    path("questions/<str:question>/asks/<str:ask>", questions.record, name="record"),
    path("asks/<str:ask>/renew", questions.renew, name="renew"),
    path("a/<str:token>", questions.answer, name="answer"),
    path("firms/", firms.firms, name="firms"),
    path("firms/import", firms.import_firms, name="import-firms"),
    path("firms/template.xlsx", firms.template, name="firm-template"),
    path("firms/lists/<str:firm_list>/", firms.firm_list, name="firm-list"),
    path("firms/lists/<str:firm_list>/take", firms.take, name="take-firm-list"),
    path("firms/<str:firm>/claim-link", firms.claim_link, name="claim-link"),
    path("capacity-read/", owners.readings, name="readings"),
]
