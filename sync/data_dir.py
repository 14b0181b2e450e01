"""Where a node keeps what is its own: one directory, its layout, and who the node is.

A node's name and incarnation are written down when it enrols and never edited: another
incarnation is another enrolment. Secrets are files of their owner only.
"""

import os
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from casework.fact import Fact
from casework.names import Incarnation, KeyId, NodeId, is_node
from sync.keys import NodeSigner

SECRET_FILE_MODE: Final = 0o600
SECRET_DIR_MODE: Final = 0o700


class NotEnrolledError(Exception):
    """The data directory holds no identity yet: `init` at the county, `enrol` elsewhere."""


class Identity(Fact, frozen=True):
    """Who the node is, as its enrolment left it."""

    node: NodeId
    incarnation: Incarnation
    key_id: KeyId
    county: NodeId
    root_fingerprint: str  # of the first root record, as read off the slip
    nats_url: str | None  # as the county said; a setting may say otherwise


class DataDir(Struct, frozen=True):
    """The layout of a data directory."""

    path: Path

    @property
    def database(self) -> Path:
        return self.path / "node.sqlite"

    @property
    def parts(self) -> Path:
        return self.path / "parts"

    @property
    def arrivals(self) -> Path:
        """Large parts of which not every range has come yet."""
        return self.path / "arrivals"

    @property
    def seals(self) -> Path:
        """Pictures of the seals of departments, laid here by whoever runs the node."""
        return self.path / "seals"

    @property
    def identity_file(self) -> Path:
        return self.path / "identity.json"

    @property
    def keys(self) -> Path:
        return self.path / "keys"

    @property
    def node_key(self) -> Path:
        return self.keys / "node.pem"

    @property
    def nats_seed(self) -> Path:
        return self.keys / "nats.nk"

    @property
    def person_secret(self) -> Path:
        """The county's: it hides who is behind an officer's opaque person id."""
        return self.keys / "person.secret"

    @property
    def device_secret(self) -> Path:
        """A laptop's: without it a password opens nothing of its vault."""
        return self.keys / "device.secret"

    @property
    def recovery_key(self) -> Path:
        """A laptop's: the public half of the key in the county's safe."""
        return self.keys / "recovery.pub"

    @property
    def nats(self) -> Path:
        """The broker's configuration and store, where it runs as a child."""
        return self.path / "nats"

    @property
    def carry(self) -> Path:
        """Files on their way to a stick, for as long as they are handed out."""
        return self.path / "carry"

    @property
    def control(self) -> Path:
        """Where a running node takes commands."""
        return self.path / "control.sock"

    def make(self) -> None:
        self.path.mkdir(mode=SECRET_DIR_MODE, parents=True, exist_ok=True)
        self.keys.mkdir(mode=SECRET_DIR_MODE, exist_ok=True)

    @property
    def is_enrolled(self) -> bool:
        return self.identity_file.exists()

    def identity(self, expected: NodeId | None = None) -> Identity:
        """Who this node is; NotEnrolledError if nobody yet, ValueError if it is another."""
        try:
            found = msgspec.json.decode(self.identity_file.read_bytes(), type=Identity)
        except FileNotFoundError:
            raise NotEnrolledError(f"{self.path} holds no identity") from None
        if not is_node(found.node):
            raise ValueError(f"{self.identity_file} names no node")
        if expected is not None and found.node != expected:
            raise ValueError(f"{self.path} belongs to {found.node}, not to {expected}")
        return found

    def signer(self) -> NodeSigner:
        """The node's own key; PermissionError if others may read it."""
        signer = NodeSigner.load(self.node_key)
        if self.is_enrolled and signer.key_id != self.identity().key_id:
            raise ValueError(f"{self.node_key} is not the key this node enrolled with")
        return signer

    def save_identity(self, identity: Identity) -> None:
        data = msgspec.json.format(msgspec.json.encode(identity), indent=2)
        write_secret(self.identity_file, data + b"\n", replace=True)


def write_secret(path: Path, data: bytes, *, replace: bool = False) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    if not replace and path.exists():
        raise FileExistsError(path)
    fresh = path.with_name(path.name + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, SECRET_FILE_MODE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    flush_directory(path.parent)


def flush_directory(path: Path) -> None:
    """Make a rename last: on Windows the file system sees to it."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
