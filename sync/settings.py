"""What every node is told from outside: read once from a file and the environment, checked whole.

A name nobody knows is an error, in the file and among the variables that begin with `TONGBAN_`
alike: a misspelt setting must not become a default in silence. The environment wins over the file.
"""

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Final, Self, TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from casework.names import NodeId, is_node
from sync.data_dir import DataDir

PREFIX: Final = "TONGBAN_"
CONFIG_VARIABLE: Final = PREFIX + "CONFIG"

Port = Annotated[int, Meta(ge=1, le=65535)]

_Read = TypeVar("_Read", bound="NodeSettings")


class SettingsError(Exception):
    """A setting that is unknown, missing or of another form; the message names it."""


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class NodeSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the three tiers share. Each tier's own settings add to it."""

    data_dir: Path
    node: NodeId | None = None  # if given, a data directory of another node is refused
    host: str = "127.0.0.1"
    port: Port = 8080
    public_url: str | None = None  # how browsers and neighbours reach this node
    allowed_hosts: tuple[str, ...] = ()  # besides loopback and the public URL's own
    secure_cookies: bool | None = None  # None: whenever pages are served over TLS
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    behind_proxy: bool = False  # a proxy on this machine ends TLS
    ca_file: Path | None = None  # whom to trust when calling a neighbour over HTTPS
    log_level: LogLevel = LogLevel.INFO
    log_file: Path | None = None  # None: standard error
    test_build: bool = False
    fault_points: tuple[str, ...] = ()  # armed by name; only in a test build

    def __post_init__(self) -> None:
        if self.node is not None and not is_node(self.node):
            raise ValueError(f"node: {self.node} is not the name of a node")
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_certificate and tls_key belong together")
        if self.fault_points and not self.test_build:
            raise ValueError("fault_points are armed in a test build only (test_build = true)")
        if not (self.serves_tls or self.behind_proxy or is_loopback(self.host)):
            raise ValueError(
                f"host: plain HTTP is for loopback only; {self.host} needs tls_certificate and "
                "tls_key, or behind_proxy = true"
            )
        if self.public_url is not None:
            check_url("public_url", self.public_url)

    @property
    def serves_tls(self) -> bool:
        return self.tls_certificate is not None

    @property
    def cookies_are_secure(self) -> bool:
        if self.secure_cookies is not None:
            return self.secure_cookies
        return self.serves_tls or self.behind_proxy

    @property
    def url(self) -> str:
        """Where this node is reached: as told, or else as it listens."""
        scheme = "https" if self.serves_tls else "http"
        return self.public_url or f"{scheme}://{self.host}:{self.port}"

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names under which pages are served; any other Host header is refused."""
        own = urlsplit(self.url).hostname or self.host
        return tuple(dict.fromkeys((own, "127.0.0.1", "localhost", *self.allowed_hosts)))

    @property
    def files(self) -> DataDir:
        return DataDir(self.data_dir)

    @classmethod
    def read(cls, environ: Mapping[str, str], config: Path | None = None) -> Self:
        """Read a TOML file and `TONGBAN_*`; SettingsError names what is wrong."""
        return read_settings(cls, environ, config)


def read_settings(kind: type[_Read], environ: Mapping[str, str], config: Path | None) -> _Read:
    given = _from_environ(environ, kind)
    path = config or (Path(environ[CONFIG_VARIABLE]) if CONFIG_VARIABLE in environ else None)
    values = (_from_file(path) if path else {}) | given
    try:
        return msgspec.convert(values, kind, strict=False, dec_hook=_decode)
    except (msgspec.ValidationError, ValueError) as error:
        raise SettingsError(_explain(str(error), path)) from error


def check_url(name: str, url: str) -> None:
    """Plain HTTP is for loopback only, whichever end opens the connection."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{name}: {url} is not such an address")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError(f"{name}: plain HTTP is for loopback only, {url} needs https")


def check_broker_urls(name: str, text: str) -> None:
    """The addresses of a broker's servers, with commas between those of a cluster."""
    for url in text.split(","):
        parts = urlsplit(url.strip())
        if parts.scheme not in ("nats", "tls") or not parts.hostname:
            raise ValueError(f"{name}: {url} is not the address of a broker")
        if parts.scheme == "nats" and not is_loopback(parts.hostname):
            raise ValueError(f"{name}: plain NATS is for loopback only, {url} needs tls://")


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _from_environ(environ: Mapping[str, str], kind: type[NodeSettings]) -> dict[str, Any]:
    fields = {field.name: field.type for field in msgspec.structs.fields(kind)}
    given: dict[str, Any] = {}
    for variable, text in environ.items():
        if not variable.startswith(PREFIX) or variable == CONFIG_VARIABLE:
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name not in fields:
            known = ", ".join(sorted(fields))
            raise SettingsError(f"{variable}: no such setting; there are {known}")
        listed = fields[name] == tuple[str, ...]
        given[name] = [one.strip() for one in text.split(",") if one.strip()] if listed else text
    return given


def _from_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: {error}") from error


def _decode(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str) and value:
        return Path(value).expanduser()
    raise ValueError(f"{value!r} is not a {kind.__name__}")


def _explain(message: str, path: Path | None) -> str:
    hint = f" (in {path} or the environment; the variable of `port` is {PREFIX}PORT)"
    return message.replace("Object", "the settings") + hint if path else f"{message}{hint}"
