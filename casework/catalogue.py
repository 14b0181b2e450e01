"""The catalogue file: the matter versions a county publishes together.

Numbers with a fraction are read as exact decimals from their own digits, never as floats.
"""

from datetime import date
from typing import Final, TypeVar

import msgspec

from casework.fact import Fact
from casework.matter import MatterRef, MatterVersion
from casework.names import DepartmentId, RegionCode

FILE_FORMAT: Final = 1

_Read = TypeVar("_Read")
_EXACT: Final = msgspec.json.Decoder(float_hook=str)


class Catalogue(Fact, frozen=True):
    """A published catalogue. Versions of one matter never overlap in time."""

    format: int
    county: RegionCode
    version: int
    published_on: date
    publisher: DepartmentId
    matters: tuple[MatterVersion, ...]

    def find(self, ref: MatterRef) -> MatterVersion | None:
        return next((one for one in self.matters if one.ref == ref), None)


def decode_catalogue(data: bytes) -> Catalogue:
    """Read catalogue.json; an unknown key or code is an error (`msgspec.ValidationError`)."""
    return decode_exact(data, Catalogue)


def decode_matter(data: bytes) -> MatterVersion:
    """Read one matter version, as an item of a set carries it."""
    return decode_exact(data, MatterVersion)


def encode_exact(file: Fact) -> bytes:
    """Write a file so that people can read it, and a comparison of two tells lines."""
    return msgspec.json.format(msgspec.json.encode(file), indent=1) + b"\n"


def decode_exact(data: bytes, kind: type[_Read]) -> _Read:
    """Read JSON whose fractions become decimal strings before the types are looked at."""
    return msgspec.convert(_EXACT.decode(data), kind)
