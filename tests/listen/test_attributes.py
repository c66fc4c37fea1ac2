"""What is known of the surroundings travels with the answer: from the inbox and from files to the facts, and no further
than its workspace."""

import re
from pathlib import Path

import msgspec
import pytest
from pytest_django import Settings

from fiilis.core.errors import Invalid
from fiilis.listen.models import Import
from fiilis.listen.services import digest, imports
from fiilis.understand import facts
from fiilis.understand.types import Filter, Measure, Segmentation
from fiilis.warehouse import sync
from fiilis.warehouse.lake import root
from fiilis.warehouse.models import FactTable
from fiilis.warehouse.tables import ANSWER
from tests.conftest import World
from tests.listen.shop import DATABASES, Shop

pytestmark = pytest.mark.django_db(databases=DATABASES, transaction=True)

NPS = Measure("nps", 0, 10)
DEVICE = Segmentation.parse("attribute:device")
MAP = """
[survey]
code = "{code}"
[time]
column = "when"
[attributes]
device = "Laite"
postcode = {{column = "Postinro", codes = {{"?" = ""}}}}
shop = {{value = "Kamppi"}}
[[answer]]
column = "nps"
question = "nps"
"""


@pytest.fixture(autouse=True)
def lake(settings: Settings, tmp_path: Path) -> None:
    settings.FIILIS_LAKE = str(tmp_path / "lake")


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world.woollens).open()


def given(**attributes: str) -> str:
    return msgspec.json.encode(attributes).decode()


def counts(shop: Shop, asked: Filter | None = None, by: Segmentation = DEVICE) -> dict[str, int]:
    found = facts.segments(workspace=shop.workspace, asked=asked or Filter(), by=by).value
    return {segment: measures[NPS].n for segment, measures in found.items()}


def bring_in(shop: Shop, folder: Path, *rows: str) -> imports.Outcome:
    from fiilis.listen.models import Survey

    (folder / "a.csv").write_text("\n".join(["when,nps,Laite,Postinro", *rows]), encoding="utf-8")
    code = Survey.objects.of(shop.workspace).get().code
    (folder / "MAP.toml").write_text(MAP.format(code=code), encoding="utf-8")
    plan = imports.plan(workspace=shop.workspace, file=folder / "a.csv", mapping=folder / "MAP.toml")
    return imports.run(workspace=shop.workspace, plan=plan, by="test")


def test_answers_are_parted_and_filtered_by_attributes(shop: Shop) -> None:
    shop.answer({"nps": 9}, attributes=given(device="iphone", postcode="90"))
    shop.answer({"nps": 3}, attributes=given(device="iphone", postcode="00"))
    shop.answer({"nps": 8}, attributes=given(device="android", postcode="90"))
    shop.answer({"nps": 8})
    digest.digest()
    sync.run_until_idle()
    assert counts(shop) == {"iphone": 2, "android": 1, "": 1}
    assert counts(shop, Filter(attributes=(("postcode", "90"),))) == {"iphone": 1, "android": 1}
    assert counts(shop, Filter(attributes=(("device", "iphone"), ("postcode", "90")))) == {"iphone": 1}
    assert counts(shop, Filter(attributes=(("device", ""),))) == {"": 1}
    assert counts(shop, by=Segmentation.parse("language")) == {"fi": 4}
    known = facts.attributes(workspace=shop.workspace, asked=Filter()).value
    assert known == {"device": facts.Known(2, 3), "postcode": facts.Known(2, 3)}


def test_trend_is_parted_too(shop: Shop) -> None:
    shop.answer({"nps": 9}, attributes=given(device="iphone"))
    digest.digest()
    sync.run_until_idle()
    found = facts.segment_trend(workspace=shop.workspace, asked=Filter(), by=DEVICE, measure=NPS, unit="week").value
    assert {segment: {str(day): sums.n for day, sums in days.items()} for segment, days in found.items()} == {
        "iphone": {"2026-03-02": 1}
    }


def test_later_revision_moves_the_answer_to_its_group(shop: Shop) -> None:
    response = shop.answer({"nps": 9})
    digest.digest()
    sync.run_until_idle()
    shop.answer({"nps": 9}, response=response, revision=2, attributes=given(device="iphone"))
    digest.digest()
    sync.run_until_idle()
    assert counts(shop) == {"iphone": 1}


def test_personal_data_in_attributes_is_redacted_and_odd_ones_are_left_out(shop: Shop) -> None:
    response = shop.answer(
        {"nps": 9}, attributes=given(device="aino@example.fi", seat="+358 40 123 4567", Bad="x", no="")
    )
    digest.digest()
    assert shop.feedback()[response].attributes == {"device": "[email]", "seat": "[phone]"}


def test_neighbours_see_neither_values_nor_names(shop: Shop, world: World) -> None:
    other = Shop(world.sauna).open()
    shop.answer({"nps": 9}, attributes=given(device="iphone"))
    other.answer({"nps": 2}, attributes=given(stove="wood"))
    digest.digest()
    sync.run_until_idle()
    assert counts(other) == {"": 1}
    assert list(facts.attributes(workspace=other.workspace, asked=Filter()).value) == ["stove"]
    assert counts(other, Filter(attributes=(("device", "iphone"),))) == {}


def test_import_brings_columns_and_one_value_for_all(shop: Shop, tmp_path: Path) -> None:
    bring_in(
        shop, tmp_path, "2026-03-02,9,iphone,90", "2026-03-02,4,aino@example.fi,?", "2026-03-02,4,aino@example.fi,"
    )
    sync.run_until_idle()
    assert counts(shop) == {"iphone": 1, "[email]": 2}
    assert counts(shop, by=Segmentation.parse("attribute:shop")) == {"Kamppi": 3}
    assert counts(shop, by=Segmentation.parse("attribute:postcode")) == {"90": 1, "": 2}
    assert Import.objects.of(shop.workspace).get().report["redacted"] == {"email": 2}


def test_value_that_is_too_long_refuses_its_row(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(Invalid) as caught:
        bring_in(shop, tmp_path, f"2026-03-02,9,{'x' * 61},90")
    assert caught.value.code == "refused_rows"


@pytest.mark.parametrize("word", ["attribute:", "attribute:x'] OR true --", "attribute:Device", "weight", ""])
def test_only_names_part_answers(word: str) -> None:
    with pytest.raises(Invalid):
        Segmentation.parse(word)


def test_filter_takes_only_names() -> None:
    with pytest.raises(Invalid):
        Filter(attributes=(("x'] = ''", "1"),))


def test_value_is_never_read_as_sql(shop: Shop) -> None:
    odd = "'; DROP TABLE answer; --"
    shop.answer({"nps": 9}, attributes=given(device=odd))
    digest.digest()
    sync.run_until_idle()
    assert counts(shop, Filter(attributes=(("device", odd),))) == {odd: 1}
    assert counts(shop, Filter(attributes=(("device", "' OR ''='"),))) == {}


def test_facts_of_an_earlier_schema_are_made_anew_and_their_files_removed(shop: Shop) -> None:
    from fiilis.config import server

    shop.answer({"nps": 9}, attributes=given(device="iphone"))
    digest.digest()
    sync.run_until_idle()
    # as if all this had been written under the earlier schema
    (root() / ANSWER.folder).rename(root() / "answer.v1")
    FactTable.objects.filter(name=ANSWER.folder).update(name="answer.v1")
    with pytest.raises(Exception, match="fiilis migrate"):
        server.refuse_unmigrated()
    server.migrate()
    server.refuse_unmigrated()
    assert counts(shop) == {"iphone": 1}
    assert sorted(folder.name for folder in root().glob("answer.*")) == [ANSWER.folder]
    assert list(FactTable.objects.values_list("name", flat=True)) == [ANSWER.folder]


def test_link_says_the_surroundings_and_odd_ones_are_left_out(shop: Shop) -> None:
    from django.test import Client

    from fiilis.listen.models import Survey

    code = Survey.objects.of(shop.workspace).get().code
    page = Client().get(f"/s/{code}?a_postcode=90&a_Bad=1&a_x={'y' * 61}&a_shop=%3Cb%3E").content.decode()
    assert re.findall(r'name="a_(\w+)" value="([^"]*)"', page) == [("postcode", "90"), ("shop", "&lt;b&gt;")]
