"""Who is who: people, enterprises, their sites, and what a person may do in an enterprise."""

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from marketplace.common.ids import PublicIdField


class PersonManager(BaseUserManager["Person"]):
    def create_user(self, email: str, password: str | None = None, **extra: object) -> "Person":
        person = self.model(email=self.normalize_email(email).lower(), **extra)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str | None = None, **extra: object) -> "Person":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)


class Person(AbstractUser):
    """A human who logs in by e-mail; what they may do follows from their memberships."""

    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    public_id = PublicIdField("per")
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []
    objects = PersonManager()  # type: ignore[misc,assignment]

    def __str__(self) -> str:
        return self.name or self.email


class Enterprise(models.Model):
    class Kind(models.TextChoices):
        BUYER = "buyer", _("buyer")
        FACTORY = "factory", _("factory")
        COORDINATOR = "coordinator", _("coordinator")

    class Verification(models.TextChoices):
        UNVERIFIED = "unverified", _("not verified")
        PENDING = "pending", _("verification pending")
        VERIFIED = "verified", _("verified")
        REJECTED = "rejected", _("verification rejected")

    public_id = PublicIdField("ent")
    name = models.CharField(_("name"), max_length=160)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    registration_number = models.CharField(_("registration number"), max_length=64, blank=True)
    verification = models.CharField(
        max_length=12, choices=Verification.choices, default=Verification.UNVERIFIED
    )
    verified_at = models.DateTimeField(null=True, blank=True)
    certificates = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    is_public_body = models.BooleanField(
        _("public body: pays on invoice by bank transfer after acceptance"), default=False
    )
    identity_is_public = models.BooleanField(_("show our name to the public"), default=False)
    is_claimed = models.BooleanField(
        default=True
    )  # False: written down by somebody else, nobody belongs to it yet
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["registration_number"],
                condition=models.Q(is_claimed=False),
                name="one_unclaimed_enterprise_per_number",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Site(models.Model):
    """A place of an enterprise. Outside a contract others see `city` and its rounded position only."""

    public_id = PublicIdField("sit")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="sites")
    name = models.CharField(_("name"), max_length=120)
    address = models.CharField(_("address"), max_length=240, blank=True)
    city = models.CharField(_("city"), max_length=80)
    region = models.CharField(_("region"), max_length=80)
    country = models.CharField(_("country"), max_length=2, default="CN")
    lat = models.FloatField(_("latitude"), validators=[MinValueValidator(-90), MaxValueValidator(90)])
    lon = models.FloatField(_("longitude"), validators=[MinValueValidator(-180), MaxValueValidator(180)])
    time_zone = models.CharField(_("time zone"), max_length=64, default="Asia/Shanghai")
    certificates = ArrayField(models.CharField(max_length=40), default=list, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "name"], name="one_site_per_name"),
            models.CheckConstraint(
                condition=models.Q(lat__range=(-90, 90), lon__range=(-180, 180)), name="site_is_on_earth"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """What a person may do in an enterprise: an owner everything, a planner all but people, an operator
    works at machines, a viewer looks."""

    class Role(models.TextChoices):
        OWNER = "owner", _("owner")
        PLANNER = "planner", _("planner")
        OPERATOR = "operator", _("operator")
        VIEWER = "viewer", _("viewer")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "enterprise"], name="one_role_per_person")]


class Invitation(models.Model):
    """A link by which somebody joins an enterprise; only the hash of its token is kept."""

    public_id = PublicIdField("inv")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Membership.Role.choices)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)


class ClaimLink(models.Model):
    """A link by which a firm takes over what others wrote down about it. Signed from `public_id` and `issue`
    (see common.links); only the hash of its token is kept."""

    public_id = PublicIdField("clm")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="claim_links")
    made_for = models.ForeignKey(  # the office that is told when it is used
        Enterprise, on_delete=models.CASCADE, related_name="claim_links_made"
    )
    made_by = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    issue = models.PositiveIntegerField(default=1)
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()  # real time
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "made_for"], name="one_claim_link_per_office")
        ]


class ApiToken(models.Model):
    """A key for programs, acting as a person in an enterprise within its scopes; only its hash is kept."""

    class Scope(models.TextChoices):
        READ = "read", _("read")
        WRITE = "write", _("read and write")

    public_id = PublicIdField("tok")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="api_tokens")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=80)
    scope = models.CharField(max_length=8, choices=Scope.choices, default=Scope.READ)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)


class Notice(models.Model):
    """News for an enterprise, told once for each `key`; its words follow from `kind` and `facts` (see notices)."""

    public_id = PublicIdField("ntc")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="notices")
    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=60)
    facts = models.JSONField(default=dict, blank=True)
    url = models.CharField(max_length=200, blank=True)
    told_at = models.DateTimeField()  # business time
    read_at = models.DateTimeField(null=True, blank=True)  # real time
    mailed_at = models.DateTimeField(null=True, blank=True)  # real time

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["enterprise", "key"], name="news_are_told_once")]
        indexes = [
            models.Index(fields=["enterprise"], condition=models.Q(read_at=None), name="unread_notices"),
            models.Index(fields=["id"], condition=models.Q(mailed_at=None), name="unmailed_notices"),
        ]
