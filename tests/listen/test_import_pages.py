"""The pages of imports: sending, choosing, importing, taking back; rights; another workspace's upload is unknown."""

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django import Settings

from fiilis.listen.models import Feedback, Import, Upload
from fiilis.listen.services.uploads import work
from tests.conftest import World
from tests.listen.desk import HEAD, rows
from tests.listen.desk import text as table_text
from tests.listen.making import browser
from tests.listen.shop import DATABASES, Shop

pytestmark = pytest.mark.django_db(databases=DATABASES)


@pytest.fixture(autouse=True)
def data(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def aino(world: World) -> Any:
    Shop(world.woollens).open()
    return browser(world, "aino")


def address(name: str, upload: Upload | None = None, slug: str = "villa", **more: Any) -> str:
    kwargs = {"workspace": slug, **more} | ({"upload_id": upload.pk} if upload else {})
    return reverse(f"listen:{name}", kwargs=kwargs)


def send(client: Any, content: str = "", name: str = "Vanha.csv") -> Any:
    raw = (content or table_text([HEAD, *rows()])).encode()
    return client.post(address("send-import"), {"file": SimpleUploadedFile(name, raw)})


def sent(client: Any, world: World, content: str = "") -> Upload:
    assert send(client, content).status_code == 302
    worked()
    return Upload.objects.of(world.woollens).latest("made_at")


def worked() -> None:
    while work.run_next():
        pass


def page(client: Any, upload: Upload) -> str:
    return client.get(address("upload", upload)).content.decode()


def posted(client: Any, upload: Upload, **changes: Any) -> dict[str, Any]:
    """Return what a browser posts of the choices as they are shown."""
    form = client.get(address("upload", upload)).context["form"]
    return {bound.html_name: bound.value() or "" for bound in form} | changes


def test_from_file_to_figures_and_back(aino: Any, world: World) -> None:
    assert "Nothing imported yet" in aino.get(address("imports")).content.decode()
    answer = send(aino)
    upload = Upload.objects.of(world.woollens).get()
    assert answer.url == address("upload", upload)
    waiting = aino.get(answer.url)
    assert (waiting.headers["Refresh"], "Reading the file" in waiting.content.decode()) == ("2", True)
    worked()
    ready = aino.get(answer.url)
    assert "Refresh" not in ready.headers
    assert "Import 30 rows" in ready.content.decode()
    assert [one["label"] for one in ready.context["figures"]] == ["NPS", "CSAT 1–5"]
    assert aino.post(address("upload-start", upload), {"turn": ready.context["upload"].turn}).status_code == 302
    worked()
    assert "30 rows are imported" in page(aino, upload)
    assert Feedback.objects.of(world.woollens).count() == 30
    made = Import.objects.of(world.woollens).get()
    undo = address("undo-import", import_id=made.pk)
    assert undo in aino.get(address("imports")).content.decode()
    assert "All 30 rows of “Vanha.csv” leave" in aino.get(undo).content.decode()
    assert aino.post(undo).url == address("imports")
    worked()
    assert Feedback.objects.of(world.woollens).count() == 0
    listed = aino.get(address("imports")).content.decode()
    assert "Undone" in listed and undo not in listed


def test_choices_are_corrected_by_hand(aino: Any, world: World) -> None:
    upload = sent(aino, world)
    fields = posted(aino, upload, role_4="-", role_2="ces5", name="Jälkikysely")
    assert aino.post(address("upload-choose", upload), fields).status_code == 302
    worked()
    found = aino.get(address("upload", upload))
    assert [one["label"] for one in found.context["figures"]] == ["NPS", "CES 1–5"]
    assert found.context["form"]["name"].value() == "Jälkikysely"


def test_choice_that_cant_stand_is_told_beside_its_field(aino: Any, world: World) -> None:
    upload = sent(aino, world)
    answer = aino.post(address("upload-choose", upload), posted(aino, upload, role_4="time"))
    assert answer.status_code == 422
    said = f"Two columns have the same meaning: “{HEAD[0]}”, “Laite”. Only one can have it."
    assert answer.context["form"].errors == {"role_4": [said]}


def test_file_without_a_time_asks_for_one_date(aino: Any, world: World) -> None:
    upload = sent(aino, world, table_text([["NPS"], *[[str(n % 11)] for n in range(20)]], ","))
    found = aino.get(address("upload", upload))
    assert list(found.context["form"].errors) == ["day"]
    fields = posted(aino, upload, day="2026-03-02")
    assert aino.post(address("upload-choose", upload), fields).status_code == 302
    worked()
    assert "Import 20 rows" in page(aino, upload)


def test_refusals_are_shown_accepted_and_downloaded(aino: Any, world: World) -> None:
    table = rows()
    table[4][1] = "17"
    head = ["Vastausaika", "=NPS suosittelu", *HEAD[2:]]
    upload = sent(aino, world, table_text([head, *table]))
    assert "The number is outside the scale." in page(aino, upload)
    listed = aino.get(address("upload-refused", upload))
    assert listed.headers["Content-Disposition"] == 'attachment; filename="refused.csv"'
    assert listed.content.decode("utf-8-sig").splitlines() == [
        "Row,Column,Reason",
        '6,\'=NPS suosittelu,"The number is outside the scale. List it under “no answer”, or choose another scale."',
    ]
    aino.post(address("upload-start", upload), {"turn": upload.turn})
    upload.refresh_from_db()
    assert upload.status == "ready"
    aino.post(address("upload-start", upload), {"turn": upload.turn, "accept": "on"})
    worked()
    assert Feedback.objects.of(world.woollens).count() == 29


def test_map_is_downloaded(aino: Any, world: World) -> None:
    upload = sent(aino, world)
    made = aino.get(address("upload-map", upload)).content.decode()
    assert '[survey]\ndefine = "survey.json"\n' in made
    assert aino.get(address("upload-survey", upload)).content.startswith(b"{")


def test_names_are_looked_for_elsewhere(aino: Any, world: World) -> None:
    upload = sent(aino, world, table_text([["a", "b"], ["NPS", "Pvm"], *[["9", "2.3.2026"]] * 9], ","))
    assert aino.post(address("upload-reread", upload), {"skip": "99", "head": "1"}).status_code == 422
    assert aino.post(address("upload-reread", upload), {"skip": "1", "head": "1"}).status_code == 302
    worked()
    assert "Import 9 rows" in page(aino, upload)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", "\n", "The file is empty."),
        ("a.xlsm", "x", "The workbook holds macros. Save it as .xlsx without macros, or as CSV."),
        (
            "a.pdf",
            "%PDF-1.7\x00\x00",
            "The file isn&#x27;t text and no workbook. Send a CSV file or an .xlsx workbook.",
        ),
    ],
)
def test_wrong_file_is_refused_with_a_word(aino: Any, world: World, name: str, content: str, says: str) -> None:
    answer = send(aino, content, name)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not Upload.objects.of(world.woollens).exists()


def test_no_file_is_told(aino: Any) -> None:
    answer = aino.post(address("send-import"), {})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["file"])


def test_broken_file_is_removed(aino: Any, world: World) -> None:
    upload = sent(aino, world, "NPS;Pvm\n")
    assert "There are no rows under the columns&#x27; names." in page(aino, upload)
    assert aino.post(address("upload-discard", upload)).url == address("imports")
    assert not Upload.objects.of(world.woollens).exists()


def test_names_and_cells_are_never_markup(aino: Any, world: World) -> None:
    table = [["Pvm", "NPS", "<script>alert(1)</script>"], *[["2.3.2026", "9", "<b onload=x>moi</b> hyvä kauppa"]] * 9]
    found = page(aino, sent(aino, world, table_text(table)))
    assert "<script>alert" not in found and "<b onload" not in found


POSTS = ("upload-choose", "upload-reread", "upload-start", "upload-discard")
GETS = ("upload", "upload-refused", "upload-map", "upload-survey")


def statuses(client: Any, upload: Upload, import_id: uuid.UUID, slug: str = "villa") -> set[int]:
    found = {client.post(address(name, upload, slug)).status_code for name in POSTS}
    found |= {client.get(address(name, upload, slug)).status_code for name in GETS}
    undo = address("undo-import", slug=slug, import_id=import_id)
    return found | {client.get(undo).status_code, client.post(undo).status_code}


def test_analyst_sees_imports_but_no_file_of_answers(aino: Any, world: World) -> None:
    upload = sent(aino, world)
    carita = browser(world, "carita")
    listed = carita.get(address("imports"))
    assert (listed.status_code, upload.file_name in listed.content.decode()) == (200, False)
    assert statuses(carita, upload, uuid.uuid4()) == {403}
    assert send(carita).status_code == 403


@pytest.mark.parametrize("name", ["daniel", "eeva"])
def test_others_see_no_imports(aino: Any, world: World, name: str) -> None:
    upload = sent(aino, world)
    client = browser(world, name)
    assert client.get(address("imports")).status_code == 403
    assert statuses(client, upload, uuid.uuid4()) == {403}


def test_other_workspaces_upload_and_import_are_unknown(aino: Any, world: World) -> None:
    upload = sent(aino, world)
    aino.post(address("upload-start", upload), {"turn": upload.turn})
    worked()
    made = Import.objects.of(world.woollens).get()
    onni = browser(world, "onni")
    assert statuses(onni, upload, made.pk) == {404}  # a workspace that isn't hers
    assert statuses(onni, upload, made.pk, "sauna") == {404}  # her own, with another's ids
    assert Feedback.objects.of(world.woollens).count() == 30


def test_get_changes_nothing(aino: Any, world: World) -> None:
    upload = sent(aino, world)
    assert {aino.get(address(name, upload)).status_code for name in POSTS} == {405}


def test_page_asks_the_database_no_more_for_more_rows(
    aino: Any, world: World, django_assert_max_num_queries: Any
) -> None:
    upload = sent(aino, world, table_text([HEAD, *rows(300)]))
    with django_assert_max_num_queries(12):
        page(aino, upload)
