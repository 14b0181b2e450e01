"""A village laptop's command line."""

import threading
import webbrowser
from pathlib import Path
from typing import Final

import click

from casework.names import Tier as NodeTier
from sync.command_line import (
    NodeGroup,
    Tier,
    add_common_commands,
    config_option,
)
from sync.enrol_command import enrol_command
from village_agent.services.accounts import set_account
from village_agent.settings import Settings, read
from village_agent.tables import SCHEMA
from village_agent.vault_commands import add_vault_commands

BROWSER_AFTER_SECONDS: Final = 2.0


def _neighbours(settings: Settings) -> list[str]:
    return [settings.parent_url] if settings.parent_url is not None else []


def _open_browser(settings: Settings) -> None:
    """Open the page shortly after the server begins to listen."""
    if settings.open_browser:
        timer = threading.Timer(BROWSER_AFTER_SECONDS, webbrowser.open, [settings.url])
        timer.daemon = True
        timer.start()


TIER: Final = Tier(
    program="tongban-village",
    read_settings=read,
    app="village_agent.app",
    schema=SCHEMA,
    set_account=set_account,
    neighbours=_neighbours,
    before_serving=_open_browser,
)


@click.group(cls=NodeGroup)
@config_option
def main(config: Path | None) -> None:
    """A village agent's laptop: it collects with no network and sends when there is one.

    \b
    From nothing to the first case:
        export TONGBAN_DATA_DIR=~/tongban
        tongban-village enrol --parent-url https://township.example --code NODE/CODE/FINGERPRINT
        tongban-village account set o0105 --login lin
        tongban-village serve
    """


add_common_commands(main, TIER)
add_vault_commands(main, TIER)
main.add_command(
    enrol_command(TIER, NodeTier.VILLAGE, "parent_url", lambda settings: settings.parent_url)
)

if __name__ == "__main__":
    main()
