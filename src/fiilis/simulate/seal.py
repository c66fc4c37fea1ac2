"""The seal: what was planted is fixed, and its fingerprint shown, before anyone looks.

A random nonce inside keeps the truths from being found by trying settings until a fingerprint fits.
"""

from __future__ import annotations

import hmac
import json
import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from fiilis.simulate.settings import Settings

FORMAT: Final = "fiilis-simulate-1"
"""Changes whenever the same settings would give other data."""


class SealBroken(ValueError):
    """The text isn't what was sealed, or isn't a seal's content at all."""


@dataclass(frozen=True, slots=True)
class Seal:
    """`text` is what lies in the shell, canonical JSON; `digest` its SHA-256 in hexadecimal, fit to be shown."""

    text: str
    digest: str


def seal(settings: Settings, *, nonce: str | None = None) -> Seal:
    """Seal the settings: seed, size, weeks and truths. The nonce is drawn by the system unless given.

    >>> from fiilis.simulate.settings import Settings
    >>> shell = seal(Settings(seed=7))
    >>> open_seal(shell.text, shell.digest).seed
    7
    """
    content = {"format": FORMAT, "nonce": nonce or secrets.token_hex(16), "settings": settings.as_dict()}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Seal(text, fingerprint(text))


def fingerprint(text: str) -> str:
    """Return the SHA-256 of a seal's text, in hexadecimal: `sha256sum` of the file gives the same."""
    return sha256(text.encode("utf-8")).hexdigest()


def verify(text: str, digest: str) -> bool:
    """Return whether the text is what was sealed under this digest."""
    return hmac.compare_digest(fingerprint(text), digest.strip().lower())


def open_seal(text: str, digest: str) -> Settings:
    """Return the settings that were sealed. Raises SealBroken when the text isn't what the digest was made of."""
    if not verify(text, digest):
        raise SealBroken("the text was changed after it was sealed, or belongs to another seal")
    try:
        content = json.loads(text)
        made_as, settings = content["format"], Settings.from_dict(content["settings"])
    except (KeyError, TypeError, ValueError) as why:
        raise SealBroken("not the content of a seal") from why
    if made_as != FORMAT:
        raise SealBroken(f"sealed as {made_as}, this is {FORMAT}")
    return settings
