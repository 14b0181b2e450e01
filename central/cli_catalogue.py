"""`tongban-central catalogue …`: the lint over a file, and what it holds back."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from central.services.catalogue_lint import lint_file
from sync.command_line import show_table

_ID_CHARS: Final = 12

# Has a command carried out by the county, running or not.
Ask = Callable[..., Any]


def catalogue_group(ask: Ask) -> click.Group:
    @click.group()
    def catalogue() -> None:
        """What the catalogue says, and whether it can be said so."""

    @catalogue.command(name="lint")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    def lint_command(file: Path) -> None:
        """Find clauses in FILE that nobody can prepare for; one JSON object a line.

        \b
            tongban-central catalogue lint catalogue.json
            tongban-central catalogue lint clauses.txt

        FILE is a catalogue, a JSON list of clauses (texts, or objects with `text` and perhaps
        `kind`, material or condition), or plain text with one clause a line. `verdict` is
        `catch_all`, `vague`, `odd_proof` or `fine`; in a catalogue also what a version leaves
        out, and where.
        Exit code 1 if anything is not fine.
        """
        lines = list(lint_file(file))
        for line in lines:
            click.echo(msgspec.json.encode(line))
        if not all(line.is_fine for line in lines):
            sys.exit(1)

    @catalogue.command()
    @click.pass_context
    def findings(context: click.Context) -> None:
        """Show what the lint holds back of what was loaded, and what was answered for."""
        rows = [
            (
                one["id"][:_ID_CHARS],
                f"{one['matter']} v{one['version']}",
                one["field"],
                one["code"],
                one["text"],
                f"passed by {one['override']['officer']}" if one["override"] else "STANDS",
            )
            for one in ask(context, "catalogue findings")
        ]
        show_table(("finding", "version", "field", "code", "text", ""), rows)

    @catalogue.command()
    @click.argument("finding")
    @click.option("--by", required=True, help="The reviewer who answers for it; not its drafter.")
    @click.option("--reason", required=True, help="Why this may stand as it is.")
    @click.pass_context
    def override(context: click.Context, finding: str, by: str, reason: str) -> None:
        """Let FINDING pass, for a reason that is kept with the officer's name.

        \b
            tongban-central catalogue override 1f0a3c5e7b9d --by o0095 --reason "…"

        It holds for this text at this place: a changed text is a new finding.
        """
        held = ask(context, "catalogue override", finding=finding, by=by, reason=reason)
        click.echo(f"{held['matter']} v{held['version']} {held['field']}: passed by {by}")

    return catalogue
