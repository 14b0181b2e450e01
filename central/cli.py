"""The county's command line: founding it, loading what it publishes, enrolling its nodes.

Commands that change the county are carried out by the running node if there is one, and here if
there is none; either way it is the same code.
"""

import sys
from pathlib import Path
from typing import Any, Final

import click

from casework.names import RegionCode
from central.cli_catalogue import catalogue_group
from central.cli_root import root_group, show_set_file
from central.services.accounts import set_account
from central.services.catalogue_lint import ClauseFileError
from central.services.ceremony import NothingToSignError, compose_changes, compose_loaded
from central.services.county import NothingLoadedError, commands, open_county
from central.services.exporting import FolderInUseError
from central.services.founding import AlreadyFoundedError, found
from central.services.lint_gate import LintStandsError, OverrideError
from central.services.loading import LoadError, OlderFolderError
from central.services.publishing import MissingKeyError, StaleFileError
from central.services.verifying import Report, verify_exports
from central.services.verifying_samples import SAMPLES_FILE, sample_lines
from central.settings import Settings, read
from central.tables import SCHEMA
from sync.clock import SystemClock
from sync.command_line import (
    ANSWERABLE,
    NodeGroup,
    Tier,
    add_common_commands,
    administer,
    config_option,
    run,
    settings_of,
    show_table,
)
from sync.enrolling import Slip, spaced
from sync.key_file import KeyFileError
from sync.keys import random_bytes

DIGEST_CHARS: Final = 12
_NEW_FILE: Final = click.Path(dir_okay=False, path_type=Path)


class CountyGroup(NodeGroup):
    answerable = (
        *ANSWERABLE,
        AlreadyFoundedError,
        ClauseFileError,
        FolderInUseError,
        LintStandsError,
        KeyFileError,
        LoadError,
        MissingKeyError,
        NothingLoadedError,
        NothingToSignError,
        OlderFolderError,
        OverrideError,
        StaleFileError,
    )


def _neighbours(settings: Settings) -> list[str]:
    return [] if settings.runs_broker else settings.broker_url.split(",")


TIER: Final = Tier(
    program="tongban-central",
    read_settings=read,
    app="central.app",
    schema=SCHEMA,
    set_account=set_account,
    neighbours=_neighbours,
    also_exported={SAMPLES_FILE: sample_lines},
)


@click.group(cls=CountyGroup)
@config_option
def main(config: Path | None) -> None:
    """The county's node: catalogue, delegations, people, decisions, and the mailbox of all others.

    \b
    From nothing to a running county:
        export TONGBAN_DATA_DIR=/var/lib/tongban
        tongban-central init --county 440229
        tongban-central load FOLDER
        tongban-central publish
        tongban-central account set o0010 --login chen
        tongban-central serve
    And for each machine that is to join it:
        tongban-central nodes add 440229901-01
        tongban-central nodes pending
        tongban-central nodes approve 440229901-01 "12345 …"
    """


@main.command()
@click.option("--county", required=True, metavar="CODE", help="The county's six digits.")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="The data directory; TONGBAN_DATA_DIR if none is given.",
)
@click.pass_context
def init(context: click.Context, county: str, data: Path | None) -> None:
    """Found a county in an empty data directory: keys, database, first directory.

    \b
        tongban-central init --county 440229 --data /var/lib/tongban

    The one key that this makes stands for all roles until `root compose` names others. The root's
    fingerprint is printed on every slip.
    """
    if len(county) != 6 or not county.isdecimal():  # noqa: PLR2004
        raise click.BadParameter("a county's code has six digits", param_hint="--county")
    settings = read(context.find_root().params.get("config"), data_dir=data)
    founded = run(found(settings, RegionCode(county), SystemClock(), random_bytes))
    click.echo(f"{founded.node} is founded in {settings.data_dir}")
    click.echo(f"root key          {founded.root_key}")
    click.echo(f"root fingerprint  {founded.root_fingerprint}")


@main.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--publish", "and_publish", is_flag=True, help="Publish it at once if it is sound.")
@click.option("--replace", is_flag=True, help="Undo what was approved since it was written.")
@click.pass_context
def load(context: click.Context, folder: Path, *, and_publish: bool, replace: bool) -> None:
    """Read regions, officers, matters, delegations and calendar from FOLDER, and check them.

    Every fault is named with its file and place, and then nothing is loaded. What is loaded takes
    effect when it is published. A folder that is older than what is loaded, or says something else
    under the same version, is refused: what was approved in the browser would be undone.
    """
    counts = _ask(context, "load", folder=str(folder.resolve()), replace=replace)
    show_table(("loaded", "count"), counts.items())
    if and_publish:
        _show_published(_ask(context, "publish"))


@main.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.pass_context
def export_loaded(context: click.Context, folder: Path) -> None:
    """Write what is loaded into FOLDER, which is empty, so that `load` takes it again.

    Officers are named by their persons there: nobody's identity number is kept.
    """
    names = _ask(context, "export", folder=str(folder.resolve()))
    show_table(("file",), ((name,) for name in names))


@main.command()
@click.option("--to", type=_NEW_FILE, help="Write it unsigned, for keys that are elsewhere.")
@click.pass_context
def publish(context: click.Context, to: Path | None) -> None:
    """Sign what was loaded and announce it to all nodes; what has not changed stays as it is.

    With --to FILE nothing is published: `root sign` and `root adopt` go on from there.
    """
    if to is None:
        _show_published(_ask(context, "publish"))
    else:
        settings = settings_of(context, TIER)
        show_set_file(run(compose_loaded(settings, SystemClock(), to)))


@main.group()
def nodes() -> None:
    """The machines of the county: who is known, who asks to be.

    A machine joins in four steps: `nodes add` here prints a slip; the machine runs `enrol` with
    it and shows its fingerprint; a second person compares that with `nodes pending` here; `nodes
    approve` makes it known. A replaced or restored machine joins in the same way.
    """


@nodes.command()
@click.argument("node")
@click.option("--by", help="The officer who makes the slip; another one has to approve.")
@click.pass_context
def add(context: click.Context, node: str, by: str | None) -> None:
    """Make a slip for NODE, a node of the directory. Its code is good once, for a day."""
    slip = Slip(**_ask(context, "nodes add", node=node, by=by))
    click.echo(f"node              {slip.node}")
    click.echo(f"one-time code     {slip.code}")
    click.echo(f"root fingerprint  {slip.root_fingerprint}")
    click.echo(f"slip              {slip.text}")


@nodes.command()
@click.pass_context
def pending(context: click.Context) -> None:
    """Show the machines that wait to be compared with what their own screens show."""
    waiting = _ask(context, "nodes pending")
    rows = [
        (one["node"], one["name"], one["fingerprint"], one["asked_at"][:16].replace("T", " "))
        for one in waiting
    ]
    show_table(("node", "name", "fingerprint", "asked (UTC)"), rows)


@nodes.command()
@click.argument("node")
@click.argument("fingerprint", nargs=-1, required=True)
@click.option("--by", help="The officer who compared; not the one who made the slip.")
@click.pass_context
def approve(
    context: click.Context, node: str, fingerprint: tuple[str, ...], by: str | None
) -> None:
    """Make the machine of NODE known whose screen shows this FINGERPRINT.

    \b
        tongban-central nodes approve 440229901-01 12345 67890 12345 67890 12345 67890
    """
    compared = spaced("".join(fingerprint))
    approved = _ask(context, "nodes approve", node=node, fingerprint=compared, by=by)
    if approved["published"] is None:
        click.echo(f"{approved['node']} is approved; `nodes publish --to FILE`, the keys sign it")
        return
    click.echo(f"{approved['node']} is known, incarnation {approved['incarnation']}")


@nodes.command(name="publish")
@click.option("--to", type=_NEW_FILE, help="Write it unsigned, for keys that are elsewhere.")
@click.pass_context
def publish_nodes(context: click.Context, to: Path | None) -> None:
    """Publish the machines that were approved and the keys that were ended, and nothing else.

    It happens by itself where the keys that sign the directory are on this machine.
    """
    if to is None:
        _show_published(_ask(context, "nodes publish"))
    else:
        settings = settings_of(context, TIER)
        show_set_file(run(compose_changes(settings, SystemClock(), to)))


@nodes.command(name="list")
@click.pass_context
def list_nodes(context: click.Context) -> None:
    """Show every node of the directory, and which of them have a machine."""
    found_nodes = _ask(context, "nodes list")
    rows = [(node, name, incarnation or "-") for node, name, incarnation in found_nodes]
    show_table(("node", "name", "incarnation"), rows)


@main.command()
@click.pass_context
def numbers(context: click.Context) -> None:
    """Show whose printed numbers are used and free, and explain every gap.

    \b
        free        not given out yet
        awaited     given out before a later one; its case has not come to the county
        given_back  its machine was replaced; never given out again

    A node is given its next block at its next contact, long before the last one is used up.
    """
    found = _ask(context, "numbers")
    columns = ("node", "blocks", "used", "free", "awaited", "given_back")
    rows = [(*(one[column] for column in columns), "LOW" if one["is_low"] else "") for one in found]
    show_table((*columns, ""), rows)
    gaps = [(one["node"], *gap) for one in found for gap in one["gaps"]]
    if gaps:
        click.echo("")
        show_table(("node", "first", "last", "numbers", "why"), gaps)


@main.command()
@click.argument(
    "folders",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
@click.option("--root-fingerprint", help="The root to believe; that of the first export if none.")
@click.option("--quiet", is_flag=True, help="Show the cases only if something is wrong.")
def verify(folders: tuple[Path, ...], root_fingerprint: str | None, *, quiet: bool) -> None:
    """Recompute exported logs of any number of nodes, with no database.

    \b
        tongban-central log export /tmp/county
        tongban-township log export /tmp/town
        tongban-central verify /tmp/county /tmp/town

    Checks every signature, every chain, and every case: one digest of its state per holder, which
    must be the same at all. Verdicts and supervision samples are computed again; a line for each
    week says whether the county shows what the logs draw. Exit code 1 if anything does not hold.
    """
    trusted = spaced(root_fingerprint) if root_fingerprint is not None else None
    report = verify_exports(folders, trusted)
    _show_report(report, show_cases=not quiet or not report.is_sound)
    if not report.is_sound:
        sys.exit(1)


def _ask(context: click.Context, command: str, **arguments: Any) -> Any:
    settings = settings_of(context, TIER)

    async def here() -> Any:
        async with open_county(settings, SystemClock()) as county:
            return await commands(county)[command](arguments)

    return run(administer(settings, command, arguments, here))


def _show_published(published: list[dict[str, Any]]) -> None:
    if not published:
        click.echo("nothing has changed; nothing was published")
        return
    rows = [(one["set"], one["version"], one["parts_new"]) for one in published]
    show_table(("published", "version", "new parts"), rows)


def _show_report(report: Report, *, show_cases: bool) -> None:
    click.echo(f"root fingerprint  {report.root_fingerprint}")
    click.echo(f"directory         version {report.directory_version}")
    click.echo(f"exports           {', '.join(head.node for head in report.heads)}")
    click.echo(f"messages          {report.messages}, each verified once")
    if show_cases:
        click.echo("")
        rows = [
            (
                one.number,
                one.status,
                " ".join(digest[:DIGEST_CHARS] for digest in one.digests),
                len(one.states) - len(one.left),
                "equal" if one.is_equal else "NOT EQUAL",
            )
            for one in report.cases
        ]
        show_table(("case", "status", "state digest", "holders", ""), rows)
    click.echo("")
    for week in report.weeks:
        counts = ", ".join(f"{party} {count}" for party, count in week.counts)
        agrees = "NOT AS SHOWN" if week.faults else "as shown"
        click.echo(f"samples {week.week}  drawn again: {counts or 'none'}  {agrees}")
    for fault in report.faults:
        click.echo(f"{fault.code}  {fault.node}  {fault.place}: {fault.reason}")
    cases = f"{len(report.cases)} cases, one state each" if report.is_sound else ""
    click.echo(f"sound: {cases}" if report.is_sound else f"{len(report.faults)} faults")


add_common_commands(main, TIER)
main.add_command(catalogue_group(_ask))
main.add_command(root_group(_ask))

if __name__ == "__main__":
    main()
