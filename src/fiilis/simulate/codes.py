"""Codes that settings, data and answer key share. No real firm bears the carriers' names."""

from typing import Final

LANGUAGES: Final = ("fi", "sv", "en")
DEVICES: Final = ("iphone", "android", "desktop")
CARRIERS: Final = ("tuohireki", "kapyrahti", "nouto")
"""The last is no carrier: the parcel is picked up in the store."""
