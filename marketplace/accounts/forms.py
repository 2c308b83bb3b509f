"""Forms of people and enterprises."""

from django import forms


class SignupForm(forms.Form):
    def signup(self, request: object, user: object) -> None:
        """Called by allauth after the person is made."""
