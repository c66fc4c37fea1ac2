"""How allauth behaves here: accounts are made by invitation or the command line, never by open sign-up."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Closes open sign-up: a workspace's owner adds members."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: nobody signs up by herself."""
        return False
