"""The base of everything that is signed or compared: frozen, and closed to unknown members."""

from msgspec import Struct


class Fact(Struct, frozen=True, forbid_unknown_fields=True):
    """A value that two tiers must read alike; on the wire its members keep the order written."""
