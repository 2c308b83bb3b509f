"""How allauth makes our people."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nothing of ours yet; sign-up's enterprise is made by the form."""
