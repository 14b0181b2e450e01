"""The files a browser may fetch: an explicit list, each checked before the first request.

Third-party files come out of pinned wheels and must match the hash in the wheel's own RECORD; our
own come from `static/`. Every address carries the content's hash, so it may be cached for ever.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import PackagePath, distribution
from pathlib import Path
from typing import Final

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

_STATIC: Final = Path(__file__).parent / "static"
_HASH_LENGTH: Final = 16
_CACHE_FOR_EVER: Final = "public, max-age=31536000, immutable"

_MEDIA_TYPES: Final[Mapping[str, str]] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}

# The name that templates use, the distribution, the file inside it.
_FROM_WHEELS: Final = (
    ("bootstrap.css", "bootstrap-wrapper", "bootstrap/css/bootstrap.min.css"),
    ("bootstrap.js", "bootstrap-wrapper", "bootstrap/js/bootstrap.bundle.min.js"),
    ("htmx.js", "django-js-lib-htmx", "js_lib_htmx/static/htmx/htmx.min.js"),
)
_OWN: Final = ("kit.css", "kit.js", "mark.svg")


class AssetDamagedError(Exception):
    """A file is missing from its wheel or differs from the wheel's record: do not start."""


class Asset(Struct, frozen=True):
    name: str
    content: bytes
    media_type: str
    digest: str

    @property
    def url(self) -> str:
        return f"/assets/{self.digest}/{self.name}"


class Assets:
    """The allow-list, by name."""

    def __init__(self, assets: Iterable[Asset]) -> None:
        self._by_name = {asset.name: asset for asset in assets}

    def url(self, name: str) -> str:
        """The address of an asset; KeyError for a name that is not on the list."""
        return self._by_name[name].url

    def find(self, digest: str, name: str) -> Asset | None:
        asset = self._by_name.get(name)
        return asset if asset is not None and asset.digest == digest else None

    def names(self) -> tuple[str, ...]:
        return tuple(self._by_name)


def load_assets(own: Mapping[str, Path] | None = None) -> Assets:
    """Read and check every asset; `own` adds a tier's files by the name templates use."""
    kit = {name: _STATIC / name for name in _OWN}
    files = [_asset(name, path.read_bytes()) for name, path in {**kit, **(own or {})}.items()]
    wheels = [_asset(name, _from_wheel(dist, path)) for name, dist, path in _FROM_WHEELS]
    return Assets([*wheels, *files])


def asset_handler(assets: Assets) -> HTTPRouteHandler:
    @get("/assets/{digest:str}/{name:str}", opt={"machine": True}, sync_to_thread=False)
    def serve_asset(digest: str, name: str) -> Response[bytes]:
        asset = assets.find(digest, name)
        if asset is None:
            raise NotFoundException
        return Response(
            asset.content,
            media_type=asset.media_type,
            headers={"cache-control": _CACHE_FOR_EVER},
        )

    return serve_asset


def _asset(name: str, content: bytes) -> Asset:
    media_type = _MEDIA_TYPES[Path(name).suffix]
    return Asset(name, content, media_type, hashlib.sha256(content).hexdigest()[:_HASH_LENGTH])


def _from_wheel(dist: str, path: str) -> bytes:
    """The bytes of a file that is still what its wheel's RECORD says it is."""
    entry = _recorded(dist).get(path)
    if entry is None:
        raise AssetDamagedError(f"{dist} has no {path}")
    content = entry.read_binary()
    if entry.hash is None or entry.hash.mode != "sha256":
        raise AssetDamagedError(f"{dist}: no SHA-256 for {path}")
    if _record_hash(content) != entry.hash.value:
        raise AssetDamagedError(f"{dist}: {path} differs from its record")
    return content


@cache
def _recorded(dist: str) -> Mapping[str, PackagePath]:
    """What a wheel's RECORD lists; several of our files come out of one wheel."""
    return {entry.as_posix(): entry for entry in distribution(dist).files or ()}


def _record_hash(content: bytes) -> str:
    digest = hashlib.sha256(content).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
