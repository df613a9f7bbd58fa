"""The `cercle` command."""

import sys


def main() -> None:
    if sys.argv[1:] == ["run"]:
        # Importing the application takes longer than all the rest of a start, so that begins first, beside the rest.
        from app.supervisor import prepare

        prepare()
    from app.cli.commands import main as command

    command()
