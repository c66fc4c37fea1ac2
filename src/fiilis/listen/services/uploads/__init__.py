"""Files sent from a browser: received, looked at, chosen about, imported by the worker, and removed."""

from fiilis.listen.services.uploads.requests import choose, discard, receive, reread, start

__all__ = ["choose", "discard", "receive", "reread", "start"]
