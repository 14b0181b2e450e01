"""JSON with one spelling: whatever else spells the same is refused."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.fact import INTEGER_MAX, Fact, Integer
from sync.bodies import Count
from sync.payloads import KINDS, Kind
from sync.strict_json import (
    UNREADABLE,
    bounds_integers,
    check_object,
    decode_strict,
    encode_strict,
)


class Note(Fact, frozen=True):
    number: int
    words: str
    more: tuple[str | int | None, ...] = ()


class BoundedNote(Fact, frozen=True):
    number: Integer
    words: str
    more: tuple[str | Integer | None, ...] = ()


GOOD = b'{"number":1,"words":"\xe4\xb8\xad","more":[]}'

BAD = {
    "a space": b'{"number":1, "words":"","more":[]}',
    "a line end": b'{"number":1,"words":"","more":[]}\n',
    "a duplicate key": b'{"number":2,"number":1,"words":"","more":[]}',
    "another order": b'{"words":"","number":1,"more":[]}',
    "a missing member": b'{"number":1,"words":""}',
    "an unknown member": b'{"number":1,"words":"","more":[],"x":1}',
    "a float": b'{"number":1.0,"words":"","more":[]}',
    "an exponent": b'{"number":1e0,"words":"","more":[]}',
    "minus zero": b'{"number":-0,"words":"","more":[]}',
    "NaN": b'{"number":NaN,"words":"","more":[]}',
    "2 to the 53rd": b'{"number":9007199254740992,"words":"","more":[]}',
    "a huge integer": b'{"number":' + b"9" * 4000 + b',"words":"","more":[]}',
    "a huge integer in a list": b'{"number":1,"words":"","more":[-9007199254740992]}',
    "a byte-order mark": b"\xef\xbb\xbf" + GOOD,
    "bad UTF-8": b'{"number":1,"words":"\xff","more":[]}',
    "a surrogate in UTF-8": b'{"number":1,"words":"\xed\xa0\x80","more":[]}',
    "a lone surrogate": b'{"number":1,"words":"\\ud800","more":[]}',
    "an escape without need": b'{"number":1,"words":"\\u4e2d","more":[]}',
    "an upper-case escape": b'{"number":1,"words":"\\u001F","more":[]}',
    "a long escape of a short one": b'{"number":1,"words":"\\u000a","more":[]}',
    "an escaped slash": b'{"number":1,"words":"\\/","more":[]}',
    "a raw control character": b'{"number":1,"words":"\x01","more":[]}',
    "deep nesting": b'{"number":1,"words":"","more":' + b"[" * 100_000,
    "nothing": b"",
}


def test_the_one_spelling_is_read() -> None:
    assert decode_strict(GOOD, Note) == Note(1, "中")


@pytest.mark.parametrize("kind", [Note, BoundedNote])
@pytest.mark.parametrize("data", BAD.values(), ids=BAD.keys())
def test_every_other_spelling_is_refused(data: bytes, kind: type[Fact]) -> None:
    with pytest.raises(UNREADABLE):
        decode_strict(data, kind)


def test_escapes_are_those_of_the_protocol() -> None:
    words = "".join(map(chr, range(0x80))) + "\u0085\u2028中𬶋·/"
    short = {0x22: b'\\"', 0x5C: b"\\\\", 8: b"\\b", 12: b"\\f", 10: b"\\n", 13: b"\\r", 9: b"\\t"}
    expected = b"".join(
        short.get(ord(char)) or (b"\\u%04x" % ord(char) if ord(char) < 32 else char.encode())
        for char in words
    )
    assert encode_strict(words) == b'"' + expected + b'"'


def test_the_largest_integer_is_below_2_to_the_53rd() -> None:
    note = Note(INTEGER_MAX, "1:9007199254740993,9007199254740993", (-INTEGER_MAX,))
    assert decode_strict(encode_strict(note), Note) == note
    with pytest.raises(ValueError, match="bits"):
        encode_strict(Note(INTEGER_MAX + 1, ""))


@given(st.integers(-INTEGER_MAX, INTEGER_MAX), st.text(), st.lists(st.text() | st.none()))
def test_what_is_written_is_read(number: int, words: str, more: list[str | None]) -> None:
    note = Note(number, words, tuple(more))
    assert decode_strict(encode_strict(note), Note) == note


@given(st.binary())
def test_noise_is_unreadable_and_nothing_worse(data: bytes) -> None:
    with pytest.raises(UNREADABLE):
        decode_strict(data, Note)
    with pytest.raises(UNREADABLE):
        check_object(data[1:] + b"]")


@pytest.mark.parametrize(
    "data",
    [b"[]", b' {"a":1}', b'{"a":1} ', b"{", b'{"a":"\xff"}', b'{"a":' + b"[" * 99_999 + b"}"],
)
def test_an_unknown_body_is_still_one_object(data: bytes) -> None:
    assert check_object(b'{"a": 1.5, "a": 2}') == b'{"a": 1.5, "a": 2}'
    with pytest.raises(UNREADABLE):
        check_object(data)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_no_body_has_room_for_a_float(kind: object) -> None:
    body = kind.body  # type: ignore[attr-defined]
    seen: list[object] = []
    waiting: list[object] = [msgspec.inspect.type_info(body)]
    while waiting:
        one = waiting.pop()
        if not isinstance(one, msgspec.inspect.Type) or one in seen:
            continue
        seen.append(one)
        assert not isinstance(one, msgspec.inspect.FloatType | msgspec.inspect.AnyType)
        for name in one.__struct_fields__:
            value = getattr(one, name)
            parts = value if isinstance(value, tuple) else (value,)
            waiting.extend(getattr(part, "type", part) for part in parts)


def test_a_kind_whose_types_leave_an_integer_open_is_looked_through() -> None:
    assert not bounds_integers(Note)
    assert not bounds_integers(tuple[Any, ...])
    assert bounds_integers(Count)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_the_types_of_every_body_keep_its_integers_in_range(kind: Kind) -> None:
    assert bounds_integers(kind.body)
