"""Somebody with a file to import and its mapping: what the tests of imports share."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fiilis.core.models import Workspace
from fiilis.ecosystem import services as ecosystem_services
from fiilis.ecosystem.types import ActorKind, ActorPlan, JourneyPlan, StagePlan, TouchpointPlan
from fiilis.listen.models import Feedback
from fiilis.listen.services import imports

SURVEY = """
languages = ["fi", "en"]
title = {fi = "Myymälä", en = "Shop"}
touchpoint = "till"

[[questions]]
id = "nps"
kind = "nps"
low = 0
high = 10
text = {fi = "Suosittelisitko?", en = "Would you recommend us?"}

[[questions]]
id = "ease"
kind = "ces"
low = 1
high = 7
touchpoint = "delivery"
text = {fi = "Oliko helppoa?", en = "Was it easy?"}

[[questions]]
id = "solved"
kind = "solved"
text = {fi = "Ratkesiko?", en = "Solved?"}

[[questions]]
id = "bought"
kind = "multiple"
text = {fi = "Mitä ostit?", en = "What did you buy?"}
options = [
  {code = "yarn", label = {fi = "Lankaa", en = "Yarn"}},
  {code = "hat", label = {fi = "Pipon", en = "A hat"}},
  {code = "socks", label = {fi = "Sukat", en = "Socks"}},
]

[[questions]]
id = "why"
kind = "long"
max_length = 40
text = {fi = "Miksi?", en = "Why?"}
"""

MAP = """
[file]
row_key = "id"
[survey]
define = "survey.toml"
[time]
column = "when"
zone = "Europe/Helsinki"
[event]
column = "bought_at"
zone = "Europe/Helsinki"
[weight]
column = "weight"
[cluster]
column = "shop"
[language]
column = "lang"
codes = {1 = "fi", 2 = "en"}
[person]
column = "customer"
[[answer]]
column = "nps"
question = "nps"
blank = ["11", "-"]
[[answer]]
column = "ease"
question = "ease"
map = {easy = 7, hard = 1}
[[answer]]
column = "solved"
question = "solved"
map = {1 = "yes", 2 = "partly", 3 = "no"}
blank = ["0"]
[[answer]]
columns = ["b1", "b2"]
question = "bought"
[[answer]]
column = "why"
question = "why"
"""

HEAD = ["id", "when", "bought_at", "weight", "shop", "lang", "customer", "nps", "ease", "solved", "b1", "b2", "why"]
FULL = ["1", "2017-05-13", "2017-05-12 11:00", "1.5", "A", "1", "C7", "9", "easy", "1", "socks", "yarn", "Hyvä"]


@dataclass
class Desk:
    """A folder with a file, its mapping and its survey's definition, and the workspace that reads it."""

    folder: Path
    workspace: Workspace

    def put(self, rows: list[list[str]], *, head: list[str] = HEAD, **written: Any) -> None:
        with self.file.open("w", encoding=written.pop("encoding", "utf-8"), newline="") as file:
            csv.writer(file, **written).writerows([head, *rows])

    @property
    def file(self) -> Path:
        return self.folder / "answers.csv"

    def plan(self, mapping: str = MAP) -> imports.Plan:
        (self.folder / "MAP.toml").write_text(mapping, encoding="utf-8")
        return imports.plan(workspace=self.workspace, file=self.file, mapping=self.folder / "MAP.toml")

    def run(self, mapping: str = MAP, **options: Any) -> imports.Outcome:
        return imports.run(workspace=self.workspace, plan=self.plan(mapping), by="test", **options)

    def feedback(self) -> list[Feedback]:
        return list(Feedback.objects.of(self.workspace).order_by("import_row"))


def row(**changes: str) -> list[str]:
    return [changes.get(name, value) for name, value in zip(HEAD, FULL, strict=True)]


def many(count: int) -> list[list[str]]:
    return [row(id=str(n), customer=f"C{n}", nps=str(n % 11)) for n in range(1, count + 1)]


def shop_journey(workspace: Workspace) -> None:
    plan = JourneyPlan(
        name="Ostopolku",
        actors=(ActorPlan(key="shop", name="Villa Oy", kind=ActorKind.OWN_TEAM),),
        stages=(
            StagePlan(
                names={"fi": "Ostaa"},
                touchpoints=tuple(
                    TouchpointPlan(key=key, names={"fi": key}, actor="shop") for key in ("till", "delivery")
                ),
            ),
        ),
    )
    ecosystem_services.lay_out_journey(workspace=workspace, plan=plan, by="test")


class Interrupted(Exception):
    """Stands for a kill."""
