"""The shape of a survey as plain frozen data: what a draft holds and what a published version never changes."""

from enum import StrEnum

import msgspec

Texts = dict[str, str]  # language code -> text
LANGUAGES = ("fi", "sv", "en")


class Kind(StrEnum):
    """The kinds of questions."""

    NPS = "nps"  # 0-10, how likely to recommend
    CSAT = "csat"  # faces 1-4 or a scale 1-5
    CES = "ces"  # ease; 7 (or 5, in imported data) is the easiest
    EMOTION = "emotion"  # one of EMOTIONS
    SOLVED = "solved"  # yes, partly, no
    SINGLE = "single"
    MULTIPLE = "multiple"
    SHORT = "short"
    LONG = "long"


NUMERIC = frozenset({Kind.NPS, Kind.CSAT, Kind.CES})
TEXTUAL = frozenset({Kind.SHORT, Kind.LONG})
EMOTIONS = ("joy", "trust", "relief", "surprise", "confusion", "disappointment", "anger")
SOLVED = ("yes", "partly", "no")


class Style(StrEnum):
    """How a scale is shown."""

    SCALE = "scale"
    FACES = "faces"


class Option(msgspec.Struct, frozen=True):
    """One choice; `code` is stable across versions."""

    code: str
    label: Texts


class ShowIf(msgspec.Struct, frozen=True):
    """The question is shown when the answer to an earlier question is one of `values`."""

    question: str
    values: tuple[int | str, ...]


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One question. `id` is stable across versions, so that answers of all versions make one series."""

    id: str
    kind: Kind
    text: Texts
    help: Texts = {}
    style: Style = Style.SCALE
    low: int = 0
    high: int = 0
    low_label: Texts = {}
    high_label: Texts = {}
    options: tuple[Option, ...] = ()
    required: bool = False
    show_if: ShowIf | None = None
    touchpoint: str | None = None  # a Touchpoint's id; else the survey's own
    max_length: int = 2000


class Mode(StrEnum):
    """How the hosted page shows its questions."""

    ONE = "one"
    ALL = "all"


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """A whole survey as it is asked."""

    title: Texts
    languages: tuple[str, ...]
    questions: tuple[Question, ...]
    intro: Texts = {}
    thanks: Texts = {}
    mode: Mode = Mode.ONE
    touchpoint: str | None = None


class Channel(StrEnum):
    """Where something was asked or said."""

    LINK = "link"
    MAIL = "mail"
    WIDGET = "widget"
    KIOSK = "kiosk"
    DEVICE = "device"
    API = "api"
    IMPORT = "import"


class Side(StrEnum):
    """Whose experience it is; metrics name their side."""

    CUSTOMER = "customer"
    EMPLOYEE = "employee"
    PARTNER = "partner"
