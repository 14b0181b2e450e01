"""What lies on a node's disk of people: the one seam between what is meant and what is stored.

Townships and the county keep it plain, behind walls of their own; a laptop closes it
(`sync.laptop_vault`). Whatever is personal in the journal's tables passes through here: the bytes
of parts, and the applicant's name and last digits in the rows that lists are made of.
"""

from typing import Final, Protocol

from casework.names import NodeId, PartHash
from sync.errors import PartError, SealError
from sync.keys import NodeSigner
from sync.vault_cipher import open_piece, read_sealed


class Arrival(Protocol):
    """How the ranges of one part are kept until all of them have come."""

    is_fresh: bool  # nothing was covered by it yet

    def apply(self, offset: int, data: bytes) -> bytes: ...


class Vault:
    """The vault of a node that keeps its database in the clear."""

    seals: bool = False

    def __init__(self, signer: NodeSigner | None = None) -> None:
        self._signer: Final = signer

    def take(self, part: PartHash, data: bytes, offset: int = 0) -> bytes:
        """Bytes of a part as a neighbour sent them, opened if they were sealed to this node."""
        sealed = read_sealed(data)
        if sealed is None:
            return data
        key = sealed.key_for(self._signer) if self._signer is not None else None
        if key is None:
            raise PartError(f"{part}: sealed to another node")
        return open_piece(sealed, key, offset)

    def close_part(self, part: PartHash, data: bytes) -> bytes:  # noqa: ARG002 - of the port
        return data

    def open_part(self, part: PartHash, stored: bytes) -> bytes | None:  # noqa: ARG002
        """None while nobody is signed in who may read it; PartError if it was changed."""
        return stored

    def to_send(self, stored: bytes, to: NodeId, first: int = 0, end: int | None = None) -> bytes:  # noqa: ARG002
        """Some bytes of a part, for a neighbour who may have them."""
        return stored[first:end]

    def arrival(self, part: PartHash) -> Arrival | None:  # noqa: ARG002
        """How a part's ranges are covered while it comes; None: they are not."""
        return None

    def arrived(self, part: PartHash) -> None:
        """The part is whole, or given up."""

    def close_text(self, row: str, column: str, text: str) -> str:  # noqa: ARG002
        return text

    def open_text(self, row: str, column: str, stored: str | None) -> str | None:  # noqa: ARG002
        """None while nobody is signed in, or if it was changed: that row only is without it."""
        return stored

    def column(self, name: str) -> str:
        """A column of `case_row` as SQL can compare it."""
        return name


def taken_parts(vault: Vault, parts: tuple[tuple[PartHash, bytes], ...]) -> dict[PartHash, bytes]:
    """The small parts of a frame; one that this node cannot open fails its own message only."""
    found = {}
    for part, data in parts:
        try:
            found[part] = vault.take(part, data)
        except (PartError, SealError):
            found[part] = data
    return found
