"""Everything that changes people and enterprises."""

from marketplace.accounts.services.people import set_language, update_profile

__all__ = ["set_language", "update_profile"]
