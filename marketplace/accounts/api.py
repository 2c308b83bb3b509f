"""People and enterprises over HTTP: one's own enterprise, its sites, members, invitations and keys."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.accounts import selectors, services
from marketplace.accounts.details import EnterpriseDetails, SiteDetails
from marketplace.accounts.models import ApiToken, Enterprise, Invitation, Membership, Notice, Site
from marketplace.accounts.notices import sentence_of
from marketplace.accounts.permissions import IsMember, viewer_of
from marketplace.common.api.idempotency import KEY_PARAMETER, idempotent
from marketplace.common.api.pagination import CursorPages
from marketplace.common.api.strict import FlagField, NumberField, StrictSerializer, TextField
from marketplace.common.clock import real_now


class ByPerson(BasePermission):
    """A key makes no keys: whoever stole one must not outlive its revocation."""

    message = _("Only a logged-in person may do this, not a key.")

    def has_permission(self, request: Request, view: APIView) -> bool:
        return not isinstance(request.auth, ApiToken)


class EnterpriseSerializer(serializers.ModelSerializer[Enterprise]):
    id = serializers.CharField(source="public_id", read_only=True)

    class Meta:
        model = Enterprise
        fields = (
            "id", "name", "kind", "registration_number", "certificates", "identity_is_public", "verification",
            "verified_at",
        )  # fmt: skip
        read_only_fields = fields


class EnterpriseChangeSerializer(StrictSerializer):
    """What is left out stays as it is."""

    name = TextField(required=False)
    registration_number = TextField(required=False)
    certificates = serializers.ListField(child=TextField(), required=False)
    identity_is_public = FlagField(required=False)


class SiteSerializer(serializers.ModelSerializer[Site]):
    id = serializers.CharField(source="public_id", read_only=True)

    class Meta:
        model = Site
        fields = (
            "id", "name", "address", "city", "region", "country", "lat", "lon", "time_zone", "certificates",
        )  # fmt: skip
        read_only_fields = fields


class SiteWriteSerializer(StrictSerializer):
    """Degrees north and east; `country` is ISO 3166, `time_zone` an IANA name."""

    name = TextField()
    address = TextField(required=False)
    city = TextField()
    region = TextField()
    country = TextField(required=False)
    lat = NumberField()
    lon = NumberField()
    time_zone = TextField(required=False)
    certificates = serializers.ListField(child=TextField(), required=False)


class MemberSerializer(serializers.ModelSerializer[Membership]):
    id = serializers.CharField(source="person.public_id", read_only=True)
    name = serializers.CharField(source="person.name", read_only=True)
    email = serializers.EmailField(source="person.email", read_only=True)

    class Meta:
        model = Membership
        fields = ("id", "name", "email", "role", "created_at")
        read_only_fields = fields


class RoleSerializer(StrictSerializer):
    role = serializers.ChoiceField(choices=Membership.Role.choices)


class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    id = serializers.CharField(source="public_id", read_only=True)

    class Meta:
        model = Invitation
        fields = ("id", "email", "role", "expires_at")
        read_only_fields = fields


class InvitationMadeSerializer(InvitationSerializer):
    """With the secret of the link `/join/<token>`, here and never again."""

    token = serializers.CharField(read_only=True)

    class Meta(InvitationSerializer.Meta):
        fields = (*InvitationSerializer.Meta.fields, "token")  # type: ignore[assignment]


class InviteSerializer(StrictSerializer):
    email = TextField()
    role = serializers.ChoiceField(choices=Membership.Role.choices)


class TokenSerializer(serializers.ModelSerializer[ApiToken]):
    id = serializers.CharField(source="public_id", read_only=True)
    person = serializers.CharField(source="person.public_id", read_only=True)

    class Meta:
        model = ApiToken
        fields = ("id", "person", "name", "scope", "created_at", "last_used_at", "revoked_at")
        read_only_fields = fields


class TokenMadeSerializer(TokenSerializer):
    """With the secret, here and never again."""

    secret = serializers.CharField(read_only=True)

    class Meta(TokenSerializer.Meta):
        fields = (*TokenSerializer.Meta.fields, "secret")  # type: ignore[assignment]


class TokenWriteSerializer(StrictSerializer):
    name = TextField()
    scope = serializers.ChoiceField(choices=ApiToken.Scope.choices)


class OwnEnterpriseView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="enterprise_retrieve", responses=EnterpriseSerializer)
    def get(self, request: Request) -> Response:
        return Response(EnterpriseSerializer(selectors.get_enterprise(viewer=viewer_of(request))).data)

    @extend_schema(
        operation_id="enterprise_update", request=EnterpriseChangeSerializer, responses=EnterpriseSerializer
    )
    def patch(self, request: Request) -> Response:
        """By an owner. A new name or registration number ends a verification."""
        viewer = viewer_of(request)
        now = selectors.get_enterprise(viewer=viewer)
        values: dict[str, Any] = {
            "name": now.name,
            "registration_number": now.registration_number,
            "certificates": now.certificates,
            "identity_is_public": now.identity_is_public,
            **_taken(EnterpriseChangeSerializer, request),
        }
        values["certificates"] = tuple(values["certificates"])
        changed = services.update_enterprise(viewer=viewer, details=EnterpriseDetails(**values))
        return Response(EnterpriseSerializer(changed).data)


class VerificationView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="enterprise_verify",
        request=None,
        responses=EnterpriseSerializer,
        parameters=[KEY_PARAMETER],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Ask platform staff to verify the enterprise."""
        return Response(EnterpriseSerializer(services.ask_for_verification(viewer=viewer_of(request))).data)


class SiteListView(APIView):
    permission_classes = [IsMember]
    pagination_class = CursorPages  # for the description of the interface

    @extend_schema(operation_id="sites_list", responses=SiteSerializer(many=True))
    def get(self, request: Request) -> Response:
        return _page(selectors.sites_of(viewer=viewer_of(request)), SiteSerializer, request, self)

    @extend_schema(
        operation_id="sites_create",
        request=SiteWriteSerializer,
        responses={201: SiteSerializer},
        parameters=[KEY_PARAMETER],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        site = services.add_site(viewer=viewer_of(request), details=_site_details(request))
        return Response(SiteSerializer(site).data, status=status.HTTP_201_CREATED)


class SiteView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="sites_retrieve", responses=SiteSerializer)
    def get(self, request: Request, public_id: str) -> Response:
        site = selectors.get_site(viewer=viewer_of(request), public_id=public_id)
        return Response(SiteSerializer(site).data)

    @extend_schema(operation_id="sites_replace", request=SiteWriteSerializer, responses=SiteSerializer)
    def put(self, request: Request, public_id: str) -> Response:
        viewer = viewer_of(request)
        selectors.get_site(viewer=viewer, public_id=public_id)
        site = services.update_site(viewer=viewer, site_public_id=public_id, details=_site_details(request))
        return Response(SiteSerializer(site).data)

    @extend_schema(operation_id="sites_delete", responses={204: None})
    def delete(self, request: Request, public_id: str) -> Response:
        services.remove_site(viewer=viewer_of(request), site_public_id=public_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class MemberListView(APIView):
    permission_classes = [IsMember]
    pagination_class = CursorPages  # for the description of the interface

    @extend_schema(operation_id="members_list", responses=MemberSerializer(many=True))
    def get(self, request: Request) -> Response:
        return _page(selectors.members_of(viewer=viewer_of(request)), MemberSerializer, request, self)


class MemberView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="members_update", request=RoleSerializer, responses=MemberSerializer)
    def patch(self, request: Request, public_id: str) -> Response:
        """Another role, by an owner; the last owner stays one."""
        member = services.change_role(
            viewer=viewer_of(request),
            person_public_id=public_id,
            role=_taken(RoleSerializer, request)["role"],
        )
        return Response(MemberSerializer(member).data)

    @extend_schema(operation_id="members_delete", responses={204: None})
    def delete(self, request: Request, public_id: str) -> Response:
        services.remove_member(viewer=viewer_of(request), person_public_id=public_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class InvitationListView(APIView):
    permission_classes = [IsMember]
    pagination_class = CursorPages  # for the description of the interface

    @extend_schema(operation_id="invitations_list", responses=InvitationSerializer(many=True))
    def get(self, request: Request) -> Response:
        found = selectors.open_invitations_of(viewer=viewer_of(request), real_now=real_now())
        return _page(found, InvitationSerializer, request, self)

    @extend_schema(
        operation_id="invitations_create",
        request=InviteSerializer,
        responses={201: InvitationMadeSerializer},
    )
    def post(self, request: Request) -> Response:
        """A link for one address. Sent again it replaces the link: its secret is never stored, not even for
        an Idempotency-Key."""
        asked = _taken(InviteSerializer, request)
        made = services.invite(viewer=viewer_of(request), real_now=real_now(), **asked)
        data = {**InvitationSerializer(made.invitation).data, "token": made.token}
        return Response(data, status=status.HTTP_201_CREATED)


class InvitationView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="invitations_delete", responses={204: None})
    def delete(self, request: Request, public_id: str) -> Response:
        services.withdraw_invitation(viewer=viewer_of(request), invitation_public_id=public_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class TokenListView(APIView):
    permission_classes = [IsMember]
    pagination_class = CursorPages  # for the description of the interface

    def get_permissions(self) -> list[Any]:
        return [*super().get_permissions(), *([ByPerson()] if self.request.method == "POST" else [])]

    @extend_schema(operation_id="tokens_list", responses=TokenSerializer(many=True))
    def get(self, request: Request) -> Response:
        return _page(selectors.tokens_of(viewer=viewer_of(request)), TokenSerializer, request, self)

    @extend_schema(
        operation_id="tokens_create", request=TokenWriteSerializer, responses={201: TokenMadeSerializer}
    )
    def post(self, request: Request) -> Response:
        """A key for programs, by a logged-in person. Its secret is in this answer only."""
        made = services.create_token(viewer=viewer_of(request), **_taken(TokenWriteSerializer, request))
        data = {**TokenSerializer(made.token).data, "secret": made.secret}
        return Response(data, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})


class TokenView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="tokens_revoke", responses=TokenSerializer)
    def delete(self, request: Request, public_id: str) -> Response:
        token = services.revoke_token(
            viewer=viewer_of(request), token_public_id=public_id, real_now=real_now()
        )
        return Response(TokenSerializer(token).data)


def _taken(serializer: type[StrictSerializer], request: Request) -> dict[str, Any]:
    asked = serializer(data=request.data)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def _site_details(request: Request) -> SiteDetails:
    values = _taken(SiteWriteSerializer, request)
    return SiteDetails(**{**values, "certificates": tuple(values.get("certificates", ()))})


def _page(
    rows: QuerySet[Any], serializer: type[serializers.ModelSerializer[Any]], request: Request, view: APIView
) -> Response:
    pages = CursorPages()
    page = pages.paginate_queryset(rows, request, view=view)
    return pages.get_paginated_response(serializer(page, many=True).data)


class NoticeSerializer(serializers.ModelSerializer[Notice]):
    """`text` is in the language of the request; `kind` and `facts` are for programs."""

    id = serializers.CharField(source="public_id", read_only=True)
    text = serializers.SerializerMethodField()

    class Meta:
        model = Notice
        fields = ("id", "kind", "facts", "text", "url", "told_at", "read_at")
        read_only_fields = fields

    def get_text(self, notice: Notice) -> str:
        return sentence_of(notice.kind, notice.facts, now=notice.told_at)


class NoticeListView(APIView):
    permission_classes = [IsMember]
    pagination_class = CursorPages  # for the description of the interface

    @extend_schema(operation_id="notices_list", responses=NoticeSerializer(many=True))
    def get(self, request: Request) -> Response:
        """What the enterprise was told, newest first."""
        return _page(selectors.notices_of(viewer_of(request)), NoticeSerializer, request, self)
