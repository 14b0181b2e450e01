"""`enrol`: how a new, replaced or restored machine joins the county from the command line."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from casework.names import Tier as NodeTier
from casework.names import tier_of
from sync.carriers.https import ask_to_enrol
from sync.carriers.nats_settings import BrokerKey
from sync.clock import SystemClock
from sync.command_line import Tier, run, settings_of
from sync.data_dir import Identity
from sync.engine import Database
from sync.enrolling import Enrolling, EnrolState, Slip, read_slip
from sync.errors import EnrolmentError
from sync.keys import random_bytes
from sync.schema import migrate
from sync.settings import NodeSettings

EXIT_PENDING: Final = 3
SEED_BYTES: Final = 32


def enrol_command(
    tier: Tier, node_tier: NodeTier, url_name: str, url_of: Callable[[Any], str | None]
) -> click.Command:
    option = "--" + url_name.replace("_", "-")

    @click.command()
    @click.option(option, "url", help=f"Where to ask; the setting {url_name} if none is given.")
    @click.option("--code", "slip_text", required=True, help="The slip that the county printed.")
    @click.option(
        "--once", is_flag=True, help=f"Ask once; exit code {EXIT_PENDING} while it is pending."
    )
    @click.pass_context
    def enrol(context: click.Context, url: str | None, slip_text: str, *, once: bool) -> None:
        """Make this machine's keys and ask the county to know it.

        \b
        At the county:     tongban-central nodes add NODE         (prints the slip)
        At this machine:   {program} enrol {option} https://… --code NODE/CODE/FINGERPRINT
        At the county, by a second person:
                           tongban-central nodes approve NODE "the fingerprint shown here"

        It waits until it is approved, and goes on where it was if it is stopped and run again. A
        machine that takes the place of another is enrolled in the same way.
        """
        settings = settings_of(context, tier)
        slip = read_slip(slip_text)
        if tier_of(slip.node) is not node_tier:
            raise EnrolmentError(f"{slip.node} is not run by {tier.program}")
        where = url or url_of(settings)
        if where is None:
            raise click.UsageError(f"give {option}, or the setting {url_name}")
        identity = run(_enrol(settings, tier, slip, where, once=once))
        if identity is None:
            click.echo("pending: the county has not approved it yet")
            sys.exit(EXIT_PENDING)
        click.echo(f"{identity.node} is known, incarnation {identity.incarnation}")

    enrol.help = (enrol.help or "").replace("{program}", tier.program).replace("{option}", option)
    return enrol


async def _enrol(
    settings: NodeSettings, tier: Tier, slip: Slip, url: str, *, once: bool
) -> Identity | None:
    enrolling = Enrolling(settings.files, SystemClock(), random_bytes)
    broker = BrokerKey.make(random_bytes(SEED_BYTES))
    request = enrolling.prepare(slip, broker.seed, broker.public)
    click.echo(f"this machine's fingerprint  {request.fingerprint}")
    click.echo(f"the root's fingerprint      {slip.root_fingerprint}")
    ca_file: Path | None = settings.ca_file

    async def send(wire: bytes) -> bytes:
        return await ask_to_enrol(url, wire, ca_file=ca_file)

    async with Database(settings.files.database) as database:
        await migrate(database, tier.schema)
        answer = await (enrolling.ask(send) if once else enrolling.wait(send, click.echo))
        if answer.state is not EnrolState.GRANTED:
            return None
        return await enrolling.finish(answer, database)
