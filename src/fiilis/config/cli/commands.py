"""Every command with its help. Each calls the service that the page calls."""

import contextlib
import getpass
import os
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import click
from django.conf import settings
from django.core.management import call_command
from django.utils import translation
from django.utils.translation import gettext as _
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

import fiilis as package
from fiilis.account import services as account
from fiilis.config import server
from fiilis.core import doctor as checks
from fiilis.core import workspaces
from fiilis.core.errors import Problem
from fiilis.core.models import Role, User, Workspace
from fiilis.listen.services.imports import Report

LANGUAGES = ("fi", "sv", "en")
console = Console(highlight=False)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package.__version__, prog_name="Fiilis")
@click.option(
    "--language", type=click.Choice(LANGUAGES), default=None,
    help="Language of reports and errors; without it the shell's (LANG), else English.",
)  # fmt: skip
def fiilis(language: str | None) -> None:
    """Fiilis, a self-hosted customer-experience platform.

    Settings come from the environment (FIILIS_...): docs/settings.md lists them.
    """
    translation.activate(language or _shell_language())


def _shell_language() -> str:
    """Return the language that the shell speaks, by POSIX's order of variables."""
    said = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "en")
    return said[:2] if said[:2] in LANGUAGES else "en"


@contextlib.contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """Yield a function that takes (done, total); a bar appears with its first call, so that no work shows no bar."""
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=console
    )
    task = bar.add_task(what, total=None)

    def show(done: int, total: int) -> None:
        bar.start()
        bar.update(task, completed=done, total=total)

    try:
        yield show
    finally:
        bar.stop()


@fiilis.command()
def migrate() -> None:
    """Create the databases or bring them up to this version. Safe to repeat."""
    server.migrate()
    console.print(_("The databases are up to date."))


@fiilis.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option("--worker/--no-worker", default=True, show_default=True, help="Start the worker beside the web process.")
def serve(host: str, port: int, worker: bool) -> None:
    """Serve the pages, the intake door and the live channel, with a worker beside them."""
    server.refuse_unmigrated()
    server.serve(host=host, port=port, worker=worker)


@fiilis.command()
def worker() -> None:
    """Run a worker by itself: digest, facts and scheduled work (`serve --no-worker` goes with it)."""
    from fiilis.config import worker as loop  # noqa: PLC0415 - slow import

    server.refuse_unmigrated()
    loop.run()


@fiilis.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--load-only", is_flag=True, help="Load the data, print the sign-in link, and don't serve.")
@click.option("--lan", is_flag=True, help="Let others on the local network in, so that an audience can answer.")
@click.option("--shop/--no-shop", default=True, show_default=True, help="Load the made-up shop beside the airport.")
@click.option("--live/--no-live", default=True, show_default=True, help="Let a comment come every 5 seconds at first.")
def demo(host: str, port: int, load_only: bool, lan: bool, shop: bool, live: bool) -> None:
    """Load a made-up shop and real data (San Francisco airport's guest survey 2017), and serve them.

    Repeating changes nothing.
    """
    from fiilis.listen.services import airport  # noqa: PLC0415 - slow import
    from fiilis.simulate.services import loading, playing  # noqa: PLC0415 - slow import
    from fiilis.warehouse import sync  # noqa: PLC0415 - slow import

    if not settings.FIILIS_DEMO:
        raise click.ClickException(_("`fiilis demo` needs FIILIS_MODE=demo (or unset)."))
    server.migrate()
    user = account.demo_user()
    with progress_bar(_("San Francisco airport, guest survey 2017")) as show:
        airport.load(by="demo", owner=user, progress=show)
    if shop:
        with progress_bar(_("Kehränummi, made-up data")) as show:
            made = loading.load(by="demo", owner=user, progress=show)
        if live and not load_only:
            playing.begin_to_live(workspace=made, by=user)
    with console.status(_("Writing the facts ...")):
        sync.run_until_idle()
    link = account.issue_sign_in_link(user=user, purpose="demo")
    origin = f"http://{host}:{port}"
    if lan:
        host, origin = "0.0.0.0", f"http://{server.lan_address()}:{port}"  # noqa: S104 - asked for by --lan
        os.environ["FIILIS_URL"] = origin
        console.print(_("Everybody on the local network can open %(address)s now.") % {"address": origin})
    said = _("Open %(address)s (works once)") % {"address": f"[bold]{origin}{link}[/bold]"}
    console.print(f"\n{said}\n", soft_wrap=True)
    if not load_only:
        server.serve_anew(host=host, port=port)


@fiilis.command()
def doctor() -> None:
    """Check the installation: databases, worker, facts, settings. Exit code 1 when something is wrong."""
    wrong = 0
    for name, findings in checks.examine().items():
        for finding in findings:
            word, colour = (_("ok"), "green") if finding.ok else (_("wrong"), "red")
            console.print(f"[{colour}]{word}[/{colour}] {name}: {finding.what}")
            if not finding.ok:
                wrong += 1
                console.print(f"      {finding.remedy}")
    sys.exit(1 if wrong else 0)


@fiilis.command()
@click.argument("email")
@click.option("--name", default="", help="The person's name.")
@click.option("--workspace", "slug", required=True, help="Address of the workspace; made if there is none.")
@click.option("--workspace-name", default="", help="Name of a new workspace.")
@click.option("--role", type=click.Choice(Role.values), default=Role.OWNER.value, show_default=True)
def createuser(email: str, name: str, slug: str, workspace_name: str, role: str) -> None:
    """Create a user with a role in a workspace. Asks for the password (or reads it from standard input)."""
    if sys.stdin.isatty():
        password = getpass.getpass(_("Password (at least 12 characters): "))
        if password != getpass.getpass(_("The same again: ")):
            raise click.ClickException(_("The passwords differ. Nothing was created."))
    else:
        password = sys.stdin.readline().rstrip("\n")
    account.create_user(
        email=email, name=name, password=password, slug=slug, workspace_name=workspace_name, role=role, by="command"
    )
    console.print(_("%(email)s is now %(role)s in %(workspace)s.") % {"email": email, "role": role, "workspace": slug})


@fiilis.command()
@click.argument("email")
@click.option("--workspace", "slug", required=True, help="Address of the workspace.")
@click.option("--role", type=click.Choice(Role.values), default=Role.ANALYST.value, show_default=True)
def addmember(email: str, slug: str, role: str) -> None:
    """Add somebody who has an account already to a workspace: the operator vouches for who that is."""
    user = User.objects.filter(email=email.lower()).first()
    if user is None:
        raise Problem(_("There is no user %(email)s. Create one with `fiilis createuser`.") % {"email": email})
    workspaces.give_role(workspace=_workspace(slug), user=user, role=role, by="command")
    console.print(_("%(email)s is now %(role)s in %(workspace)s.") % {"email": email, "role": role, "workspace": slug})


@fiilis.command()
@click.argument("target", type=click.Path(path_type=Path))
def backup(target: Path) -> None:
    """Copy the embedded databases to the folder TARGET while Fiilis runs (the main file first, the inbox second).

    The facts need no copy: `fiilis rebuild` makes them anew. With PostgreSQL use pg_dump.
    """
    for path in server.backup(target):
        console.print(_("%(path)s (%(size)s bytes)") % {"path": path, "size": f"{path.stat().st_size:,}"})


@fiilis.command()
def rebuild() -> None:
    """Make the facts anew from the databases: after a restore, or when the lake was lost."""
    with progress_bar(_("Writing the facts")) as show, console.status(_("Collecting the answers ...")) as status:
        server.rebuild(status.stop, lambda done: show(done, done))


@fiilis.group(name="import")
def import_() -> None:
    """Bring in answers from files, list imports, undo one."""


def _workspace(slug: str) -> Workspace:
    found = Workspace.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Workspace.objects.order_by("slug").values_list("slug", flat=True)) or _("none yet")
        text = _("There is no workspace %(slug)s. Workspaces: %(known)s.")
        raise click.ClickException(text % {"slug": slug, "known": known})
    return found


@import_.command(name="answers")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--map", "mapping", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Which columns hold what: docs/importing.md.")  # fmt: skip
@click.option("--workspace", "slug", required=True, help="Address of the workspace.")
@click.option("--dry-run", is_flag=True, help="Only report what would be read, refused and skipped.")
@click.option("--accept-refused", is_flag=True, help="Import the good rows although some are refused.")
def import_answers(file: Path, mapping: Path, slug: str, dry_run: bool, accept_refused: bool) -> None:
    """Import a CSV file or a workbook (.xlsx) of answers. The whole is checked first; a broken one imports nothing."""
    from fiilis.listen.services import imports  # noqa: PLC0415 - slow import

    workspace = _workspace(slug)
    with imports.readable(file, mapping) as (path, flat):
        with console.status(_("Reading the whole file ...")):
            plan = imports.plan(workspace=workspace, file=path, mapping=mapping, flat=flat)
        _print_report(plan.report)
        if dry_run:
            sys.exit(2 if plan.report.refused_rows and not accept_refused else 0)
        with progress_bar(_("Importing")) as show:
            done = imports.run(
                workspace=workspace, plan=plan, by="command", accept_refused=accept_refused, progress=show
            )
    said = _("Imported %(lines)s lines with %(answers)s answers; %(refused)s lines refused.")
    counts = {"lines": done.feedback, "answers": done.answers, "refused": done.refused_rows}
    console.print(said % {name: f"{count:,}" for name, count in counts.items()}, soft_wrap=True)
    undo = f"fiilis import undo {done.import_id} --workspace {slug}"
    console.print(_("To take them back: %(command)s") % {"command": undo}, soft_wrap=True)


def _print_report(report: Report) -> None:
    table = Table("what", "how many", show_header=False, box=None)
    for label, number in (
        (_("lines"), report.rows),
        (_("lines to read"), report.read),
        (_("lines without answers, passed over"), report.blank),
        (_("lines refused"), report.refused_rows),
        (_("answers in the lines to read"), report.answers),
    ):
        table.add_row(label, f"{number:,}")
    console.print(table)
    for refused in report.refused[:20]:
        where = {"line": refused.line, "column": refused.column or _("whole line"), "why": refused.text}
        said = _("line %(line)s, %(column)s: %(why)s") % where
        console.print(f"  {said}", soft_wrap=True)
    if report.refused_rows > len(report.refused[:20]):
        for (column, why), count in report.refusals.most_common():
            where = {"count": f"{count:,}", "column": column or _("whole line"), "why": why}
            said = _("in all %(count)s × %(column)s: %(why)s") % where
            console.print(f"  {said}", soft_wrap=True)
    if report.unread_columns:
        unread = {"columns": ", ".join(report.unread_columns)}
        said = _("columns that the mapping does not use: %(columns)s") % unread
        console.print(f"  {said}", soft_wrap=True)


@import_.command(name="list")
@click.option("--workspace", "slug", required=True)
def import_list(slug: str) -> None:
    """List the imports of a workspace."""
    from fiilis.listen.queries import imports  # noqa: PLC0415 - slow import

    table = Table(_("import"), _("file"), _("rows"), _("status"), _("began"), box=None)
    for row in imports.imports(workspace=_workspace(slug)):
        table.add_row(str(row.id), row.file_name, f"{row.rows_done:,}", row.status, f"{row.began_at:%Y-%m-%d %H:%M}")
    console.print(table)


@import_.command(name="undo")
@click.argument("import_id", type=click.UUID)
@click.option("--workspace", "slug", required=True)
def import_undo(import_id: uuid.UUID, slug: str) -> None:
    """Take back a whole import: its answers leave the database and the facts."""
    from fiilis.listen.services import imports  # noqa: PLC0415 - slow import

    with progress_bar(_("Undoing")) as show:
        imports.undo(workspace=_workspace(slug), import_id=import_id, by="command", progress=show)


@fiilis.command()
@click.option("--workspace", "slug", required=True)
@click.option("--name", required=True, help="Name of the organisation.")
@click.option("--owner", required=True, help="E-mail address of an existing user.")
def createworkspace(slug: str, name: str, owner: str) -> None:
    """Create a workspace for an existing user."""
    user = User.objects.filter(email=owner.lower()).first()
    if user is None:
        raise Problem(_("There is no user %(email)s. Create one with `fiilis createuser`.") % {"email": owner})
    workspaces.create_workspace(
        slug=slug, name=name, by="command", owner=user, time_zone=settings.FIILIS_TIME_ZONE,
        language=settings.LANGUAGE_CODE,
    )  # fmt: skip
    console.print(_("%(name)s stands at %(address)s.") % {"name": name, "address": f"/w/{slug}/"})


@fiilis.command(context_settings={"ignore_unknown_options": True}, hidden=True)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Run one of Django's own commands, for developers."""
    call_command(*arguments)
