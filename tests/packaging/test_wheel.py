"""The wheel carries templates, catalogues, static files and the demo data, and works without make, git or npm."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", target, ROOT],
        check=True,
    )
    return next(target.glob("*.whl"))


def test_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("fiilis/")}
    source = {
        str(path.relative_to(ROOT / "src"))
        for path in (ROOT / "src" / "fiilis").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert source - packed == set()


def test_demo_loads_from_the_wheel_alone(wheel: Path, tmp_path: Path) -> None:
    # The packages are this environment's; fiilis itself is the wheel's, away from the source tree.
    venv.create(tmp_path / "venv", with_pip=False, system_site_packages=False)
    python = tmp_path / "venv" / "bin" / "python"
    packages = tmp_path / "packages"
    zipfile.ZipFile(wheel).extractall(packages)
    site = next(p for p in sys.path if p.endswith("site-packages"))
    environ = {
        "PATH": "/nowhere",
        "PYTHONPATH": f"{packages}:{site}",
        "FIILIS_DATA": str(tmp_path / "data"),
        "FIILIS_MODE": "demo",
        "COLUMNS": "200",
    }
    where = subprocess.run(
        [python, "-c", "import fiilis; print(fiilis.__file__)"], env=environ, capture_output=True, text=True, check=True
    )
    assert where.stdout.strip() == str(packages / "fiilis" / "__init__.py")
    for _time in ("first", "second"):
        done = subprocess.run(
            [python, "-m", "fiilis", "demo", "--load-only"],
            env=environ,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.count("/enter/") == 1
