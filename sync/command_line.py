"""What the three programs' command lines share: settings, serving, migrating, looking over, export.

Commands parse and delegate. What a person did wrong is said in one sentence and exit code 1; only
what we did wrong shows a traceback.
"""

import asyncio
import importlib
import sqlite3
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import click
import uvicorn
from msgspec import Struct

from casework.errors import CaseworkError
from sync.clock import SystemClock
from sync.control import CommandError, NotRunningError, call
from sync.data_dir import NotEnrolledError
from sync.doctor import Finding, Health, examine
from sync.engine import Database, DatabaseDamagedError, DataDirInUseError
from sync.errors import EnvelopeError, LinkDownError
from sync.exporting import NOTHING_ELSE, ExportError, Lines, export_log
from sync.faults import arm_from
from sync.logs import configure_logging
from sync.opening import NotMigratedError, check_migrated
from sync.schema import NewerDatabaseError, Schema, migrate
from sync.settings import NodeSettings, SettingsError
from sync.trust_store import TrustStore

KEEP_ALIVE_SECONDS: Final = 30
STOP_SECONDS_MAX: Final = 3

# What a person at the command line can do something about.
ANSWERABLE: Final = (
    CaseworkError,
    CommandError,
    DataDirInUseError,
    DatabaseDamagedError,
    EnvelopeError,
    ExportError,
    FileExistsError,
    FileNotFoundError,
    LinkDownError,
    NewerDatabaseError,
    NotEnrolledError,
    NotMigratedError,
    PermissionError,
    SettingsError,
    sqlite3.OperationalError,
)

T = TypeVar("T")

# Sets an account's password in an open database of this node.
SetAccount = Callable[[Database, str, str, str], Awaitable[None]]


class Tier(Struct, frozen=True, kw_only=True):
    """What is different about a tier's command line."""

    program: str
    read_settings: Callable[[Path | None], NodeSettings]
    app: str  # the module whose `create_app(settings)` makes the application
    schema: Schema
    set_account: SetAccount
    neighbours: Callable[[Any], Sequence[str]]  # addresses that this node must reach
    before_serving: Callable[[Any], None] = lambda _: None
    also_exported: Mapping[str, Lines] = NOTHING_ELSE


class NodeGroup(click.Group):
    """A group whose commands end with a sentence where a person can do something about it."""

    answerable: tuple[type[Exception], ...] = ANSWERABLE

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except self.answerable as error:
            code = getattr(error, "code", None)
            said = str(error) or type(error).__name__
            raise click.ClickException(f"{said} ({code})" if code else said) from error


def config_option(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--config",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="A TOML file of settings. TONGBAN_<NAME> in the environment wins over it.",
    )(function)


def settings_of(context: click.Context, tier: Tier) -> Any:
    """The settings, read when a command first asks for them: `--help` needs none."""
    path: Path | None = context.find_root().params.get("config")
    return tier.read_settings(path)


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def add_common_commands(group: click.Group, tier: Tier) -> None:
    """`serve`, `migrate`, `doctor`, `log export` and `account set`."""
    for command in (
        _serve(tier),
        _migrate(tier),
        _doctor(tier),
        _log(tier),
        _account(tier),
    ):
        group.add_command(command)


def show_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Columns as wide as what stands in them; Chinese characters are two wide."""
    lines = [tuple(map(str, row)) for row in (headings, *rows)]
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    for number, line in enumerate(lines):
        cells = (
            cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)
        )
        click.echo("  ".join(cells).rstrip())
        if number == 0:
            click.echo("  ".join("-" * width for width in widths))


async def administer(
    settings: NodeSettings,
    command: str,
    arguments: Mapping[str, Any],
    otherwise: Callable[[], Awaitable[Any]],
) -> Any:
    """Have the running node do it, or do it here if none runs."""
    try:
        return await call(settings.files.control, command, arguments)
    except NotRunningError:
        return await otherwise()


def _serve(tier: Tier) -> click.Command:
    @click.command()
    @click.pass_context
    def serve(context: click.Context) -> None:
        """Run this node until it is stopped with Ctrl-C or SIGTERM.

        \b
        The database must be up to date (`migrate`) and the node known (`init` or `enrol`).
        Settings come from TONGBAN_* and --config, for example:
            TONGBAN_DATA_DIR=/var/lib/tongban TONGBAN_PORT=8000 {program} serve
        """
        settings = settings_of(context, tier)
        identity = settings.files.identity(settings.node)
        configure_logging(
            settings.log_level.value, SystemClock(), node=identity.node, file=settings.log_file
        )
        for point in settings.fault_points:
            arm_from(point)
        run(_look_before(settings, tier.schema))
        app = importlib.import_module(tier.app).create_app(settings)
        tier.before_serving(settings)
        uvicorn.run(
            app,
            host=settings.host,
            port=settings.port,
            ssl_certfile=settings.tls_certificate,
            ssl_keyfile=settings.tls_key,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=settings.behind_proxy,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=STOP_SECONDS_MAX,
        )

    serve.help = (serve.help or "").replace("{program}", tier.program)
    return serve


def _migrate(tier: Tier) -> click.Command:
    @click.command(name="migrate")
    @click.pass_context
    def migrate_command(context: click.Context) -> None:
        """Bring the database up to this release, forwards only. The node must be stopped.

        Killed half way, it goes on where it was when run again. Make a backup first.
        """
        settings = settings_of(context, tier)
        ran = run(_bring_up(settings, tier.schema))
        click.echo("\n".join(f"ran {name}" for name in ran) or "nothing to do")

    return migrate_command


def _doctor(tier: Tier) -> click.Command:
    @click.command()
    @click.pass_context
    def doctor(context: click.Context) -> None:
        """Look this node over and say what is wrong; exit code 1 if something is.

        It changes nothing and may be run beside the running node.
        """
        settings = settings_of(context, tier)
        urls = tier.neighbours(settings)
        found = run(examine(settings, tier.schema, SystemClock(), urls))
        show_findings(found)
        if any(one.health is Health.FAULT for one in found):
            sys.exit(1)

    return doctor


def _log(tier: Tier) -> click.Group:
    @click.group()
    def log() -> None:
        """The signed log: what proves who said what."""

    @log.command()
    @click.argument("folder", type=click.Path(path_type=Path))
    @click.pass_context
    def export(context: click.Context, folder: Path) -> None:
        """Write every message held here, with the keys to check it, into an empty FOLDER.

        \b
        The folder is all that `tongban-central verify` needs, on any machine:
            {program} log export /tmp/here
            tongban-central verify /tmp/here /tmp/there
        Scans and personal parts stay here; only their hashes go along. It may be run beside the
        running node.
        """
        settings = settings_of(context, tier)
        if folder.exists() and any(folder.iterdir()):
            raise FileExistsError(f"{folder} is not empty")
        made = run(_export(settings, folder, tier.also_exported))
        click.echo(
            f"{made.messages} messages of {made.logs} logs, {made.cases} cases, "
            f"{made.parts} parts named, in {folder}"
        )

    export.help = (export.help or "").replace("{program}", tier.program)
    return log


def _account(tier: Tier) -> click.Group:
    @click.group()
    def account() -> None:
        """Who may sign in at this node."""

    @account.command(name="set")
    @click.argument("officer")
    @click.option("--login", help="The name to sign in with; the officer's id if none is given.")
    @click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
    @click.pass_context
    def set_command(
        context: click.Context, officer: str, login: str | None, *, password_stdin: bool
    ) -> None:
        """Give OFFICER, by id, an account here or a new password; their sessions end.

        \b
        Only officers who work at this node can sign in to it. The password is asked for twice:
            {program} account set o0099 --login wu
            echo "$PASSWORD" | {program} account set o0099 --login wu --password-stdin
        """
        settings = settings_of(context, tier)
        if password_stdin:
            password = sys.stdin.readline().rstrip("\r\n")
        else:
            password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        run(set_account(settings, tier, officer, login or officer, password))
        click.echo(f"{officer} signs in as {login or officer}")

    set_command.help = (set_command.help or "").replace("{program}", tier.program)
    return account


async def set_account(
    settings: NodeSettings, tier: Tier, officer: str, login: str, password: str
) -> None:
    async def here() -> None:
        async with Database(settings.files.database) as database:
            await tier.set_account(database, officer, login, password)

    arguments = {"officer": officer, "login": login, "password": password}
    await administer(settings, "account set", arguments, here)


def show_findings(found: Sequence[Finding]) -> None:
    show_table(
        ("check", "health", "detail"), [(one.check, one.health.value, one.detail) for one in found]
    )


async def _look_before(settings: NodeSettings, schema: Schema) -> None:
    """Say in a sentence, and not in the server's traceback, why this node cannot be opened."""
    async with Database(settings.files.database) as database:
        await check_migrated(database, schema)
        await TrustStore(database, me=settings.files.identity().node).open()


async def _bring_up(settings: NodeSettings, schema: Schema) -> list[str]:
    settings.files.make()
    async with Database(settings.files.database) as database:
        return await migrate(database, schema)


async def _export(settings: NodeSettings, folder: Path, also: Mapping[str, Lines]) -> Any:
    identity = settings.files.identity(settings.node)
    async with Database(settings.files.database, writable=False) as database:
        store = await TrustStore(database, me=identity.node).open()
        return await export_log(database, store, identity, folder, SystemClock(), also=also)


def _width(text: str) -> int:
    return sum(2 if ord(char) >= 0x1100 else 1 for char in text)  # noqa: PLR2004
