"""`fiilis simulate`: the made-up shop into a workspace, or into files for other tools."""

import json
from dataclasses import replace
from pathlib import Path

import click
from django.utils.translation import gettext as _

from fiilis.config.cli.commands import console, fiilis, progress_bar
from fiilis.core.errors import Problem
from fiilis.core.models import User

ROWS_AT_SIZE_1 = 1_047_000
"""About how many rows all streams have together: what the progress bar counts to."""


@fiilis.group()
def simulate() -> None:
    """A made-up shop with planted truths: docs/simulator.md."""


@simulate.command(name="load")
@click.option("--workspace", "slug", default="kehranummi", show_default=True, help="Address of the workspace.")
@click.option("--owner", required=True, help="E-mail address of an existing user.")
@click.option("--seed", default=1, show_default=True, help="Another seed, another shop.")
@click.option("--size", default=1.0, show_default=True, help="1 is the shop of 200,000 customers.")
def load(slug: str, owner: str, seed: int, size: float) -> None:
    """Load 24 months of the shop into a workspace of its own. Repeating changes nothing."""
    from fiilis.simulate.services import loading  # noqa: PLC0415 - slow import
    from fiilis.warehouse import sync  # noqa: PLC0415 - slow import

    user = User.objects.filter(email=owner.lower()).first()
    if user is None:
        raise Problem(_("There is no user %(email)s. Create one with `fiilis createuser`.") % {"email": owner})
    try:
        settings = loading.default_settings(seed=seed, size=size)
    except ValueError as fault:
        raise click.ClickException(str(fault)) from fault
    with progress_bar(_("Kehränummi, made-up data")) as show:
        workspace = loading.load(by="command", owner=user, settings=settings, slug=slug, progress=show)
    with console.status(_("Writing the facts ...")):
        sync.run_until_idle()
    console.print(_("%(name)s stands at %(address)s.") % {"name": workspace.name, "address": f"/w/{slug}/"})


@simulate.command(name="write")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--form", type=click.Choice(["csv", "parquet"]), default="csv", show_default=True)
@click.option("--answers", type=int, help="About how many survey answers, from a thousand to 100 million. [87,500]")
@click.option("--seed", default=1, show_default=True, help="Another seed, another shop.")
@click.option("--without", "off", multiple=True, metavar="TRUTH", help="Switch a planted truth off; may be repeated.")
@click.option(
    "--settings",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A JSON file with what else differs: seed, size, weeks, first_day, truths (docs/simulator.md).",
)
@click.option(
    "--key",
    "key_folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the answer key too, into this other folder.",
)
def write(
    folder: Path,
    form: str,
    answers: int | None,
    seed: int,
    off: tuple[str, ...],
    file: Path | None,
    key_folder: Path | None,
) -> None:
    """Write the shop's streams and its seal into FOLDER, to test any tool with."""
    from fiilis.simulate import files  # noqa: PLC0415 - slow import
    from fiilis.simulate.settings import Settings  # noqa: PLC0415 - slow import

    try:
        settings = Settings(seed=seed) if file is None else Settings.from_dict(json.loads(file.read_text("utf-8")))
        if answers is not None:
            settings = replace(settings, size=Settings.for_answers(answers).size)
        settings = replace(settings, truths=settings.truths.without(*off))
    except ValueError as fault:  # also what isn't JSON
        raise click.ClickException(str(fault)) from fault
    if folder.exists() and any(folder.iterdir()):
        raise click.ClickException(_("%(folder)s isn't empty. Name a new folder.") % {"folder": folder})
    # The seal first: what was planted is fixed before anything of it is written.
    made = files.write_seal(folder, settings)
    console.print(_("Sealed: %(digest)s") % {"digest": made.digest})
    with progress_bar(_("Writing the shop")) as show:
        written, expected = 0, round(settings.size * ROWS_AT_SIZE_1)
        for chunk in files.write_shop(folder, settings, form=files.Form(form)):
            written += chunk.rows
            show(written, max(written, expected))
    if key_folder is not None:
        with console.status(_("Writing the answer key ...")):
            files.write_key(key_folder, settings)
