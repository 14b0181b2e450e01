"""The base of everything that is signed or compared: frozen, and closed to unknown members."""

from typing import Annotated, Final

from msgspec import Meta, Struct

# Beyond it not every reader of JSON keeps an integer exact (RFC 8259, section 6).
INTEGER_MAX: Final = 2**53 - 1

Integer = Annotated[int, Meta(ge=-INTEGER_MAX, le=INTEGER_MAX)]


class Fact(Struct, frozen=True, forbid_unknown_fields=True):
    """A value that two tiers must read alike; on the wire its members keep the order written."""
