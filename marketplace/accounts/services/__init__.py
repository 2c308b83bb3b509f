"""Everything that changes people and enterprises."""

from marketplace.accounts.services.claims import claim, make_claim_link
from marketplace.accounts.services.enterprises import update_enterprise
from marketplace.accounts.services.invitations import accept_invitation, invite, withdraw_invitation
from marketplace.accounts.services.members import change_role, remove_member
from marketplace.accounts.services.notices import mail_notices, mark_read, shrink_news, tell, tell_growing
from marketplace.accounts.services.people import set_language, update_profile
from marketplace.accounts.services.second_factor import require_second_factor
from marketplace.accounts.services.sign_up import found_enterprise
from marketplace.accounts.services.sites import add_site, remove_site, update_site
from marketplace.accounts.services.tokens import create_token, revoke_token
from marketplace.accounts.services.verification import ask_for_verification, decide_verification

__all__ = [
    "accept_invitation",
    "add_site",
    "ask_for_verification",
    "change_role",
    "claim",
    "create_token",
    "decide_verification",
    "found_enterprise",
    "invite",
    "mail_notices",
    "make_claim_link",
    "mark_read",
    "remove_member",
    "remove_site",
    "require_second_factor",
    "revoke_token",
    "set_language",
    "shrink_news",
    "tell",
    "tell_growing",
    "update_enterprise",
    "update_profile",
    "update_site",
    "withdraw_invitation",
]
