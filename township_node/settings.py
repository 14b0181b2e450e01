"""Everything a service centre is told from outside.

    TONGBAN_DATA_DIR=/var/lib/tongban TONGBAN_COUNTY_URL=https://county.example \\
        tongban-township serve
"""

import os
from collections.abc import Mapping
from pathlib import Path

from sync.settings import NodeSettings, check_broker_urls, check_url, read_settings


class Settings(NodeSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    county_url: str | None = None  # enrolment, and the way round when the broker is away
    nats_url: str | None = None  # None: as the county said at enrolment
    sync_enabled: bool = True  # false: nothing is sent or fetched, as with the line down

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.county_url is not None:
            check_url("county_url", self.county_url)
        if self.nats_url is not None:
            check_broker_urls("nats_url", self.nats_url)


def read(config: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    return read_settings(Settings, os.environ if environ is None else environ, config)  # noqa: TID251
