"""A service centre's command line."""

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
from township_node.services.accounts import set_account
from township_node.settings import Settings, read
from township_node.tables import SCHEMA


def _neighbours(settings: Settings) -> list[str]:
    urls = (settings.nats_url or "").split(",")
    if settings.nats_url is None and settings.files.is_enrolled:
        urls = (settings.files.identity().nats_url or "").split(",")
    return [url for url in (*urls, settings.county_url or "") if url]


TIER: Final = Tier(
    program="tongban-township",
    read_settings=read,
    app="township_node.app",
    schema=SCHEMA,
    set_account=set_account,
    neighbours=_neighbours,
)


@click.group(cls=NodeGroup)
@config_option
def main(config: Path | None) -> None:
    """A service centre: a township's, a sub-centre's, or the county hall's own counter.

    \b
    From nothing to an open counter:
        export TONGBAN_DATA_DIR=/var/lib/tongban
        tongban-township enrol --county-url https://county.example --code NODE/CODE/FINGERPRINT
        tongban-township account set o0099 --login wu
        tongban-township serve
    It works on with the line down; `doctor` says what it last heard of the county.
    """


add_common_commands(main, TIER)
main.add_command(
    enrol_command(TIER, NodeTier.TOWNSHIP, "county_url", lambda settings: settings.county_url)
)

if __name__ == "__main__":
    main()
