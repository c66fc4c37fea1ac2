"""What is personal goes, and what only looks like it stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiilis.listen.redact import is_hetu, is_iban, redact


@pytest.mark.parametrize(
    ("text", "left", "found"),
    [
        ("Kirjoittakaa aino.virtanen+palaute@example.co.uk!", "Kirjoittakaa [email]!", ("email",)),
        ("päivi@esimerkki.fi, matti@esimerkki.fi.", "[email], [email].", ("email", "email")),
        ("Hetuni on 131052-308T.", "Hetuni on [hetu].", ("hetu",)),
        ("pieni 131052-308t", "pieni [hetu]", ("hetu",)),
        ("vuodesta 2023: 131052X308T", "vuodesta 2023: [hetu]", ("hetu",)),
        ("Rahat tilille FI21 1234 5600 0007 85 kiitos", "Rahat tilille [iban] kiitos", ("iban",)),
        ("FI2112345600000785", "[iban]", ("iban",)),
        ("konto SE45 5000 0000 0583 9825 7466, tack", "konto [iban], tack", ("iban",)),
        ("gb82 west 1234 5698 7654 32", "[iban]", ("iban",)),
        ("Soittakaa 040 123 4567 illalla", "Soittakaa [phone] illalla", ("phone",)),
        ("0501234567", "[phone]", ("phone",)),
        ("puh. 044-123 4567.", "puh. [phone].", ("phone",)),
        ("+358 40 123 4567", "[phone]", ("phone",)),
        ("+358401234567", "[phone]", ("phone",)),
        ("+46 (0)70-123 45 67", "[phone]", ("phone",)),
        ("call +1 415-555-0100 now", "call [phone] now", ("phone",)),
        ("+1.415.555.0100", "[phone]", ("phone",)),
        ("00358 40 1234567", "[phone]", ("phone",)),
        ("09 123 456", "[phone]", ("phone",)),
        ("019-123 4567", "[phone]", ("phone",)),
        ("040\u00a0123\u00a04567", "[phone]", ("phone",)),
        (
            "a@b.fi, 131052-308T, FI2112345600000785, 0401234567",
            "[email], [hetu], [iban], [phone]",
            ("email", "iban", "hetu", "phone"),
        ),
    ],
)
def test_personal_data_becomes_its_placeholder(text: str, left: str, found: tuple[str, ...]) -> None:
    redaction = redact(text)
    assert (redaction.text, redaction.found) == (left, found)


@pytest.mark.parametrize(
    "text",
    [
        "Jonotin 45 minuuttia portilla 92.",
        "Lento AY1331 lähti klo 08.30 eikä 07.55.",
        "Käynti 13.10.1952 oli hyvä",
        "131052-308U",  # the check character is another's
        "451352-308T",  # no such day or month
        "FI21 1234 5600 0007 86",  # the check digits don't fit
        "XX21 1234 5600 0007 85",  # no such country
        "Tilaus 1234567890123 saapui",
        "Viite 2017051300042",
        "EAN 6411401015090",
        "hinta 1 000 000,50 euroa",
        "+1000 euroa, +10 %",
        "+100 000 000",
        "2017-05-13T08:30:00",
        "08 30 00",
        "040",
        "Kirjoitin @fiilis-tilille",
        "kaava a@b",
        "SKU-0401234567-A",
        "0,4012345678",
        "40.7128, -74.0060",
        "IP 192.168.100.200",
        "NPS 10/10, arvosana 5/5, 2018–2019",
        "",
    ],
)
def test_what_only_looks_personal_stays(text: str) -> None:
    redaction = redact(text)
    assert (redaction.text, redaction.found) == (text, ())


def test_check_digits_decide() -> None:
    # 131052-308T is the Digital and Population Data Services Agency's own example; the IBANs are the registry's.
    assert is_hetu("131052-308T")
    assert not is_hetu("131052-307T")
    assert is_iban("FI2112345600000785")
    assert is_iban("DE89370400440532013000")
    assert not is_iban("DE89370400440532013001")
    assert not is_iban("FI211234560000078")


@given(st.text(alphabet="0123456789 -+.@aFIäT()[]", max_size=60))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once = redact(text).text
    assert redact(once).text == once


@given(st.integers(0, 10**9), st.sampled_from(["", " on numeroni", ", kiitos", "\n"]))
def test_every_finnish_mobile_number_goes(number: int, tail: str) -> None:
    assert redact(f"040{number:07d}"[:10] + tail).text == f"[phone]{tail}"
