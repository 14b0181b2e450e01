"""How to reach a broker, and by which key."""

import hashlib
import ssl
from pathlib import Path
from typing import Final, Self
from urllib.parse import urlsplit

import nkeys
from msgspec import Struct

from sync.settings import is_loopback

# What is in flight to a neighbour is far less.
STREAM_BYTES_MAX: Final = 32 * 1024 * 1024


class BrokerKey(Struct, frozen=True):
    """An NKey with which to sign in to the broker, in the two forms that the broker knows.

    It is never the key that signs messages: whoever runs a broker chooses what a client signs.
    """

    seed: str
    public: str

    @classmethod
    def make(cls, secret: bytes) -> Self:
        """The key of 32 secret bytes."""
        seed = nkeys.encode_seed(secret, nkeys.PREFIX_BYTE_USER)
        return cls.read(seed.decode())

    @classmethod
    def read(cls, seed: str) -> Self:
        """The key of a seed as text; ValueError if it is none."""
        try:
            public = nkeys.from_seed(bytearray(seed.strip().encode())).public_key.decode()
        except Exception as error:
            raise ValueError("not the seed of an NKey") from error
        if not public.startswith("U"):
            raise ValueError("not the seed of a user's NKey")
        return cls(seed.strip(), public)

    def for_account(self, name: str) -> "BrokerKey":
        """The county's key for one account: a broker takes a key in one account only."""
        told = b"tongban-broker-v1" + self.seed.encode() + name.encode()
        return BrokerKey.make(hashlib.sha256(told).digest())


class NatsSettings(Struct, frozen=True, kw_only=True):
    url: str
    key: BrokerKey
    ca_file: Path | None = None
    replicas: int = 1
    stream_bytes_max: int = STREAM_BYTES_MAX

    def __post_init__(self) -> None:
        for url in self.urls:
            parts = urlsplit(url)
            if parts.scheme not in ("nats", "tls") or not parts.hostname:
                raise ValueError(f"{url} is not the address of a broker")
            if parts.scheme == "nats" and not is_loopback(parts.hostname):
                raise ValueError(f"plain NATS is for loopback only, {url} needs tls://")

    @property
    def urls(self) -> list[str]:
        """The servers of a cluster stand in one text with commas between."""
        return [one.strip() for one in self.url.split(",") if one.strip()]

    @property
    def tls(self) -> ssl.SSLContext | None:
        if not any(url.startswith("tls:") for url in self.urls):
            return None
        return ssl.create_default_context(cafile=self.ca_file)
