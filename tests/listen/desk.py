"""Somebody with files to send: what the tests of uploads share."""

import csv
import io
from typing import Any

import msgspec

from fiilis.listen.models import Feedback, Upload
from fiilis.listen.services import uploads
from fiilis.listen.services.imports.chosen import Choices
from fiilis.listen.services.uploads import work
from tests.conftest import World

HEAD = ["Vastausaika", "Kuinka todennäköisesti suosittelisit?", "Tyytyväisyys", "Avoin palaute", "Laite"]


class Desk:
    """Somebody of the woollens shop with files to send."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.workspace = world.woollens
        self.by = world.people.aino

    def send(self, content: bytes | str, name: str = "Vanha kysely.csv") -> Upload:
        raw = content.encode() if isinstance(content, str) else content
        return uploads.receive(workspace=self.workspace, file_name=name, chunks=[raw], by=self.by, language="en")

    def look(self, content: bytes | str, name: str = "Vanha kysely.csv") -> Upload:
        sent = self.send(content, name)
        while work.run_next():
            pass
        sent.refresh_from_db()
        return sent

    def choose(self, upload: Upload, **changes: Any) -> Upload:
        before = msgspec.convert(upload.choices, Choices)
        roles = before.roles | changes.pop("roles", {})
        choices = msgspec.structs.replace(before, roles=roles, **changes)
        uploads.choose(workspace=self.workspace, upload_id=upload.pk, choices=choices, by=self.by)
        while work.run_next():
            pass
        upload.refresh_from_db()
        return upload

    def bring_in(self, upload: Upload, *, accept: bool = False) -> Upload:
        uploads.start(
            workspace=self.workspace, upload_id=upload.pk, turn=upload.turn, accept_refused=accept, by=self.by
        )
        while work.run_next():
            pass
        upload.refresh_from_db()
        return upload

    def feedback(self) -> list[Feedback]:
        return list(Feedback.objects.of(self.workspace).order_by("import_row"))


def rows(count: int = 30) -> list[list[str]]:
    devices = ("iphone", "android", "")
    return [
        [
            f"{n % 28 + 1}.3.2026 klo 15.{n % 60:02d}",
            str(n % 11),
            str(n % 5 + 1),
            f"Paketti numero {n} oli hyvä",
            devices[n % 3],
        ]
        for n in range(count)
    ]


def text(table: list[list[str]], delimiter: str = ";") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(table)
    return out.getvalue()


def roles(upload: Upload) -> list[str]:
    return [upload.choices["roles"].get(column["name"], "") for column in upload.table["columns"]]
