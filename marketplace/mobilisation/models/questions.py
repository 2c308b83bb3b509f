"""Asking firms by links, and what they answered."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Enterprise, Person
from marketplace.common.ids import PublicIdField
from marketplace.mobilisation.models.declarations import Declaration
from marketplace.mobilisation.models.firms import Firm
from marketplace.orders.models import MAX_QUANTITY


class Question(models.Model):
    """What an office asks several firms: can you make this much of that by then?"""

    public_id = PublicIdField("que")
    office = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="questions")
    declaration = models.ForeignKey(
        Declaration, on_delete=models.PROTECT, null=True, blank=True, related_name="questions"
    )
    goods = models.CharField(_("goods"), max_length=160)
    quantity = models.BigIntegerField(_("quantity"))
    unit = models.CharField(_("unit"), max_length=16, default="piece")
    needed_by = models.DateTimeField(_("needed by"))
    words = models.CharField(_("in your words"), max_length=500, blank=True)
    closes_at = models.DateTimeField(_("answers until"))  # business time
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()  # business time

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__range=(1, MAX_QUANTITY)), name="question_quantity_is_sane"
            ),
            models.CheckConstraint(
                condition=Q(asked_at__lt=models.F("closes_at")), name="question_can_be_answered"
            ),
        ]

    def __str__(self) -> str:
        return self.goods

    @property
    def is_drill(self) -> bool:
        return self.declaration is not None and self.declaration.is_drill


class Ask(models.Model):
    """A question to one firm. Its link is signed from `public_id` and `issue`; only the hash is kept."""

    public_id = PublicIdField("ask")
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="asks")
    firm = models.ForeignKey(Firm, on_delete=models.CASCADE, related_name="asks")
    issue = models.PositiveIntegerField(default=1)
    token_hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["question", "firm"], name="a_firm_is_asked_once")]


class Answer(models.Model):
    """What a firm said, written once; a changed mind is the next revision. Evidence of the lowest rung (R0)."""

    class Kind(models.TextChoices):
        YES = "yes", _("yes, all of it")
        PART = "part", _("yes, a part")
        NO = "no", _("no")

    ask = models.ForeignKey(Ask, on_delete=models.CASCADE, related_name="answers")
    revision = models.PositiveIntegerField()  # 1, 2, 3, …
    kind = models.CharField(max_length=4, choices=Kind.choices)
    quantity = models.BigIntegerField()  # pieces: all, a part, 0
    reason = models.CharField(max_length=240, blank=True)
    answered_at = models.DateTimeField()  # business time
    recorded_by = (
        models.ForeignKey(  # of the office, on the firm's behalf; none: the firm itself, by its link
            Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
        )
    )
    told_by = models.CharField(max_length=120, blank=True)  # whom the office heard it from, and how

    class Meta:
        ordering = ["revision"]
        constraints = [
            models.UniqueConstraint(fields=["ask", "revision"], name="an_answer_of_each_revision"),
            models.CheckConstraint(
                condition=Q(kind="no", quantity=0) | Q(kind__in=["yes", "part"], quantity__gte=1),
                name="answer_has_its_quantity",
            ),
            models.CheckConstraint(condition=Q(revision__gte=1), name="answers_begin_at_one"),
        ]
