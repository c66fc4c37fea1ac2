import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fiilis.config.cli.whole import fiilis
from fiilis.listen.models import Feedback
from fiilis.simulate.models import Simulation
from fiilis.simulate.seal import open_seal
from tests.conftest import World


def run(*arguments: str) -> Result:
    return CliRunner().invoke(fiilis, ["--language", "en", "simulate", *arguments])


def test_write_makes_files_with_a_seal_and_the_key_apart(tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text(json.dumps({"size": 0.01, "truths": {"late_carrier": {"delivery_csat": -0.8}}}), encoding="utf-8")
    done = run("write", str(tmp_path / "shop"), "--settings", str(other), "--without", "artefacts",
               "--key", str(tmp_path / "key"))  # fmt: skip
    assert (done.exit_code, (tmp_path / "shop" / "key.json").exists()) == (0, False)
    digest = (tmp_path / "shop" / "seal.sha256").read_text(encoding="ascii").split()[0]
    assert done.output.count(digest) == 1
    settings = open_seal((tmp_path / "shop" / "seal.json").read_text(encoding="utf-8"), digest)
    assert (settings.size, settings.truths.late_carrier.delivery_csat, settings.truths.artefacts.on) == (
        0.01,
        -0.8,
        False,
    )
    key = json.loads((tmp_path / "key" / "key.json").read_text(encoding="utf-8"))
    assert key["settings"] == settings.as_dict()
    assert (tmp_path / "shop" / "answers-00000.csv").stat().st_size > 1000


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--without", "gossip"], "no such truth: gossip"),
        (["--answers", "10"], "size is from"),
        (["--form", "xml"], "Invalid value for '--form'"),
    ],
)
def test_wrong_wish_is_said_and_nothing_is_written(tmp_path: Path, arguments: list[str], said: str) -> None:
    done = run("write", str(tmp_path / "shop"), *arguments)
    assert (done.exit_code != 0, done.output.count(said)) == (True, 1)
    assert not (tmp_path / "shop").exists()


def test_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("tärkeä", encoding="utf-8")
    done = run("write", str(tmp_path))
    assert (done.exit_code, [path.name for path in tmp_path.iterdir()]) == (1, ["mine.txt"])


@pytest.mark.parametrize("text", ["not json", "[1]", '{"sise": 1}'])
def test_file_that_holds_no_settings_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text, encoding="utf-8")
    done = run("write", str(tmp_path / "shop"), "--settings", str(tmp_path / "x.json"))
    assert (done.exit_code, (tmp_path / "shop").exists(), done.output.count("Error: ")) == (1, False, 1)


@pytest.mark.django_db(transaction=True)
def test_load_fills_a_workspace_for_its_owner(world: World) -> None:
    done = run("load", "--owner", "aino@example.fi", "--size", "0.01", "--workspace", "keksitty")
    assert (done.exit_code, done.exception) == (0, None)
    simulation = Simulation.objects.across_workspaces(reason="a test").select_related("workspace").get()
    assert simulation.workspace.slug == "keksitty"
    assert Feedback.objects.of(simulation.workspace).count() > 500
    assert world.client("aino").get("/w/keksitty/test/").status_code == 200
    assert run("load", "--owner", "nobody@example.fi").exit_code == 1
