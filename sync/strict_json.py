"""JSON with exactly one spelling (protocol.md section 2).

What was decoded must encode to the very bytes that came. That one rule removes duplicate keys,
stray whitespace, floats, NaN, byte-order marks, `-0`, escapes of another form and missing or
unknown members at once. msgspec writes the escapes the protocol demands: `\\" \\\\ \\b \\f \\n \\r
\\t`, `\\u00xx` in lower case for other characters below U+0020, and everything else raw.
"""

import re
from collections.abc import Iterator
from typing import Any, Final, NewType, TypeVar

import msgspec
from msgspec import inspect

from casework.fact import INTEGER_MAX

T = TypeVar("T")
JsonObject = NewType("JsonObject", bytes)  # one JSON object in UTF-8, kept as the bytes it is

# Everything that may go wrong on hostile bytes: DecodeError and UnicodeDecodeError are ValueErrors,
# deep nesting is a RecursionError, and neither is a msgspec error.
UNREADABLE: Final = (ValueError, RecursionError)

_encoder: Final = msgspec.json.Encoder()
_decoders: Final[dict[Any, tuple[msgspec.json.Decoder[Any], bool]]] = {}

# An integer of 16 digits or more may reach 2^53. A string may look the same: it is only a hint.
_MAY_BE_LARGE: Final = re.compile(rb"[:,\[]-?[0-9]{16}")


def encode_strict(value: object) -> bytes:
    """The one spelling of a value; ValueError if an integer in it leaves the range."""
    data = _encoder.encode(value)
    if _MAY_BE_LARGE.search(data):
        _check_integers(msgspec.json.decode(data))
    return data


def decode_strict(data: bytes, kind: type[T]) -> T:
    """The value that these bytes spell; ValueError or RecursionError if they spell it otherwise.

    `kind` is a Struct that forbids unknown fields. A caller turns the two errors into its own:
    catch `UNREADABLE`.
    """
    found = _decoders.get(kind)
    if found is None:
        found = _decoders[kind] = msgspec.json.Decoder(kind), bounds_integers(kind)
    decoder, is_bounded = found
    value: T = decoder.decode(data)
    if _encoder.encode(value) != data:
        raise ValueError("not the one spelling of its content")
    if not is_bounded and _MAY_BE_LARGE.search(data):
        _check_integers(msgspec.json.decode(data))
    return value


def bounds_integers(kind: object) -> bool:
    """Whether a kind's own types keep every integer in range, so that nobody need look for one.

    What is kept raw within it is the business of those who decode it.
    """
    return all(_is_bounded(each) for each in _types_in(kind))


def _is_bounded(type_: inspect.Type) -> bool:
    match type_:
        case inspect.IntType(ge=int() as least, le=int() as most):
            return least >= -INTEGER_MAX and most <= INTEGER_MAX
        case inspect.IntType() | inspect.AnyType():
            return False
        case _:
            return True


def _types_in(kind: object) -> Iterator[inspect.Type]:
    """Every type that a value of this kind may hold."""
    known: list[inspect.Type] = []
    waiting: list[inspect.Type] = [inspect.type_info(kind)]
    while waiting:
        each = waiting.pop()
        if not any(each is one for one in known):
            known.append(each)
            yield each
            waiting += _members(each)


def _members(type_: inspect.Type) -> Iterator[inspect.Type]:
    for name in type_.__struct_fields__:
        value = getattr(type_, name)
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, inspect.Field):
                yield each.type
            elif isinstance(each, inspect.Type):
                yield each


def check_object(data: bytes) -> JsonObject:
    """One JSON object of a kind unknown here, kept as it is; ValueError or RecursionError if not.

    Its members are the business of those who know the kind; whitespace around it is not its own.
    """
    if not (data.startswith(b"{") and data.endswith(b"}")):
        raise ValueError("not one JSON object")
    data.decode("utf-8")
    msgspec.json.decode(data)
    return JsonObject(data)


def _check_integers(value: object) -> None:
    """Walk without recursion: the depth of what was decoded is the sender's choice."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case bool() | str() | None:
                pass
            case int() as number:
                if not -INTEGER_MAX <= number <= INTEGER_MAX:
                    raise ValueError(f"an integer of {number.bit_length()} bits")
            case list() as items:
                waiting.extend(items)
            case dict() as members:
                waiting.extend(members.values())
            case other:
                raise ValueError(f"{type(other).__name__} has no place here")
