"""Icons and faces as inline SVG: drawn here, so that a page needs no icon font and no extra request."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

# Line drawings on a 24 by 24 grid
_PATHS = {
    "listen": "M4 5h16v11H10l-5 4v-4H4z",
    "understand": "M11 4a7 7 0 1 1 0 14 7 7 0 0 1 0-14zm5 12 4 4",
    "act": "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zm-4 9 3 3 5-6",
    "prove": "M4 17l5-5 4 3 7-8m-5 0h5v5",
    "trust": "M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6z",
    "settings": "M4 7h9m5 0h2M4 17h2m5 0h9M13 4.5h5v5h-5zM6 14.5h5v5H6z",
    "person": "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM5 20c.8-3.5 3.5-5 7-5s6.2 1.5 7 5",
    "globe": "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zM3 12h18M12 3c3 3 3.5 6 3.5 9s-.5 6-3.5 9c-3-3-3.5-6-3.5-9S9 6 12 3z",
    "down": "M6 9l6 6 6-6",
    "menu": "M4 7h16M4 12h16M4 17h16",
    "plus": "M12 5v14M5 12h14",
    "copy": "M9 9h11v11H9zM5 15H4V4h11v1",
}

# Mouths and brows of the four faces, best first, on a 48 by 48 grid
_FACES = {
    4: "M13 27h22c-1 7-5 11-11 11s-10-4-11-11z",
    3: "M14 29c2.5 4.5 6 6.5 10 6.5s7.5-2 10-6.5",
    2: "M14 35c2.5-4.5 6-6.5 10-6.5s7.5 2 10 6.5",
    1: "M14 37c2.5-5.5 6-7.5 10-7.5s7.5 2 10 7.5M12 14l7 4M36 14l-7 4",
}


def icon_svg(name: str, size: int = 22) -> SafeString:
    """Return an icon; decorative, so words must stand beside it. An unknown name gives the menu's three lines."""
    return format_html(
        '<svg width="{0}" height="{0}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8"'
        ' stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="{1}"/></svg>',
        size,
        _PATHS.get(name, _PATHS["menu"]),
    )


def face_svg(value: int) -> SafeString:
    """Return the face for a value from 4 (very good) to 1 (very bad); there is no neutral one."""
    fill = mark_safe(' class="open"') if value == 4 else ""
    return format_html(
        '<svg class="face f{0}" viewBox="0 0 48 48" aria-hidden="true"><circle cx="24" cy="24" r="22"/>'
        '<path d="M17 19v4M31 19v4"/><path{1} d="{2}"/></svg>',
        value,
        fill,
        _FACES[value],
    )
