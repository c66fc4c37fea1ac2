"""The `fiilis` command."""

import os
import sys

from fiilis.core.errors import Problem, SettingProblem


def main() -> None:
    """Run the command line; a bad setting or a problem is one clear line and exit code 1 or 2."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fiilis.config.settings")
    if len(sys.argv) > 1 and sys.argv[1] == "demo":
        os.environ.setdefault("FIILIS_MODE", "demo")
    try:
        import django  # noqa: PLC0415 - slow import

        django.setup()
        from fiilis.config.cli.whole import fiilis  # noqa: PLC0415 - slow import, needs the app registry

        fiilis(prog_name="fiilis")
    except SettingProblem as problem:
        sys.exit(f"Fiilis can't start. {problem}")
    except Problem as problem:
        lines = [problem.detail, *(f"  {field.field}: {field.text}" for field in problem.fields)]
        print("\n".join(lines), file=sys.stderr)  # noqa: T201 - the command's own output
        sys.exit(2)
