"""Everything a village laptop is told from outside.

TONGBAN_DATA_DIR=~/tongban TONGBAN_PARENT_URL=https://township.example tongban-village serve
"""

import os
from collections.abc import Mapping
from pathlib import Path

from sync.settings import NodeSettings, check_url, is_loopback, read_settings


class Settings(NodeSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    parent_url: str | None = None  # the township's address; None: by carry file only
    open_browser: bool = True
    sync_enabled: bool = True  # false: nothing is sent or fetched, as with the line down

    def __post_init__(self) -> None:
        super().__post_init__()
        if not is_loopback(self.host):
            raise ValueError(f"host: a laptop serves its own screen only, not {self.host}")
        if self.parent_url is not None:
            check_url("parent_url", self.parent_url)


def read(config: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    return read_settings(Settings, os.environ if environ is None else environ, config)  # noqa: TID251
