"""The made-up shop: its name, goods, carriers, touchpoints and surveys, and the shares by which customers differ.

No real firm bears these names. Codes are stable: data, settings and the answer key use them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fiilis.simulate.codes import CARRIERS as CARRIERS
from fiilis.simulate.codes import DEVICES as DEVICES
from fiilis.simulate.codes import LANGUAGES as LANGUAGES

SHOP: Final = "Kehränummi"
STORE: Final = "Kehränummen noutopiste, Tampere"

LANGUAGE_SHARES: Final = (0.87, 0.06, 0.07)
DEVICE_SHARES: Final = (0.41, 0.33, 0.26)
TIERS: Final = ("basic", "silver", "gold")

# Of ten areas each: 00-09 is the capital, 90-99 the north, where a shop of woollens sells well.
AREA_DECADES: Final = (0.26, 0.05, 0.10, 0.13, 0.08, 0.05, 0.06, 0.04, 0.03, 0.20)
NORTH: Final = 90
NORTH_CARRIERS: Final = (0.70, 0.30, 0.0)
SOUTH_CARRIERS: Final = (0.45, 0.47, 0.08)


@dataclass(frozen=True, slots=True)
class Product:
    """One of the goods, with its name in each language and its usual price in euros."""

    code: str
    fi: str
    sv: str
    en: str
    price: float


PRODUCTS: Final = (
    Product("villapaita", "villapaita", "ylletröja", "wool jumper", 119.0),
    Product("neuletakki", "neuletakki", "kofta", "cardigan", 139.0),
    Product("merinopaita", "merinopaita", "merinotröja", "merino top", 79.0),
    Product("villamekko", "villamekko", "ylleklänning", "wool dress", 149.0),
    Product("pipo", "pipo", "mössa", "hat", 39.0),
    Product("huivi", "huivi", "halsduk", "scarf", 49.0),
    Product("torkkupeitto", "torkkupeitto", "filt", "blanket", 109.0),
    Product("poncho", "poncho", "poncho", "poncho", 129.0),
)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who controls a touchpoint."""

    code: str
    name: str
    kind: str
    """own, partner: words that a platform can map to its own kinds."""


ACTORS: Final = (
    Actor("kehranummi", SHOP, "own"),
    Actor("tuohireki", "Tuohireki", "partner"),
    Actor("kapyrahti", "Käpyrahti", "partner"),
    Actor("nouto", STORE, "own"),
)


@dataclass(frozen=True, slots=True)
class Touchpoint:
    """Where the experience happens; `stage` orders them on the journey."""

    code: str
    stage: str
    actor: str
    fi: str
    sv: str
    en: str


TOUCHPOINTS: Final = (
    Touchpoint("site", "choose", "kehranummi", "Verkkosivut", "Webbplats", "Web site"),
    Touchpoint("checkout", "buy", "kehranummi", "Kassa", "Kassa", "Checkout"),
    Touchpoint("delivery_tuohireki", "receive", "tuohireki", "Toimitus, Tuohireki", "Leverans, Tuohireki", "Delivery, Tuohireki"),  # noqa: E501
    Touchpoint("delivery_kapyrahti", "receive", "kapyrahti", "Toimitus, Käpyrahti", "Leverans, Käpyrahti", "Delivery, Käpyrahti"),  # noqa: E501
    Touchpoint("delivery_nouto", "receive", "nouto", "Nouto myymälästä", "Avhämtning i butiken", "Pickup in store"),
    Touchpoint("returns", "return", "kehranummi", "Palautus", "Retur", "Returns"),
    Touchpoint("support", "get_help", "kehranummi", "Asiakaspalvelu", "Kundtjänst", "Customer service"),
    Touchpoint("kiosk", "visit", "nouto", "Myymälän palautelaite", "Butikens responsterminal", "Store kiosk"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a survey: `id` is the column of the answers, stable for ever."""

    id: str
    kind: str
    """nps 0-10, csat 1-5, ces 1-7 (7 is the easiest), solved (yes, partly, no), text."""
    fi: str
    sv: str
    en: str


@dataclass(frozen=True, slots=True)
class Survey:
    """What is asked after something happened."""

    code: str
    channel: str
    questions: tuple[Question, ...]


_COMMENT = Question("comment", "text", "Kerro omin sanoin", "Berätta med egna ord", "Tell us in your own words")

SURVEYS: Final = (
    Survey("delivery", "mail", (
        Question("nps", "nps", "Kuinka todennäköisesti suosittelisit meitä ystävälle tai työtoverille?",
                 "Hur sannolikt är det att du rekommenderar oss till en vän eller kollega?",
                 "How likely are you to recommend us to a friend or colleague?"),
        Question("delivery_csat", "csat", "Kuinka tyytyväinen olit toimitukseen?",
                 "Hur nöjd var du med leveransen?", "How satisfied were you with the delivery?"),
        _COMMENT)),
    Survey("returns", "widget", (
        Question("returns_ces", "ces", "Tuotteen palauttaminen oli helppoa",
                 "Det var lätt att returnera varan", "It was easy to return the product"),
        _COMMENT)),
    Survey("support", "mail", (
        Question("support_csat", "csat", "Kuinka tyytyväinen olit saamaasi apuun?",
                 "Hur nöjd var du med hjälpen?", "How satisfied were you with the help you got?"),
        Question("solved", "solved", "Ratkesiko asiasi?", "Löstes ditt ärende?", "Was your issue solved?"),
        _COMMENT)),
    Survey("site", "widget", (
        Question("site_ces", "ces", "Ostaminen oli helppoa", "Det var lätt att handla", "Buying was easy"),
        _COMMENT)),
)  # fmt: skip
SURVEY_CODES: Final = tuple(survey.code for survey in SURVEYS)
SCORES: Final = ("nps", "delivery_csat", "returns_ces", "support_csat", "site_ces")
"""The columns of the answers that hold a score."""
SOLVED: Final = ("yes", "partly", "no")
