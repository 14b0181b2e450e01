"""Reading back what was verified before it was written: messages, bodies and folded cases.

Nothing here looks at a signature. It is for bytes out of this node's own database only; bytes from
anywhere else go through `sync.payloads.open_message`.
"""

from datetime import datetime
from functools import lru_cache
from typing import Final, cast

import msgspec

from casework.case import Case
from casework.entry import Entry, PartRef, Written
from casework.instants import parse_instant
from casework.names import MessageId
from sync import bodies
from sync.envelope import Envelope, message_id
from sync.payloads import ENTRY, KINDS, RESUBMIT, Body, Header, Kind, Message, TimeTrust

_envelopes: Final = msgspec.msgpack.Decoder(Envelope)
_headers: Final = msgspec.json.Decoder(Header)
BODIES: Final = {kind.type: msgspec.json.Decoder(kind.body) for kind in KINDS.values()}
_kinds: Final = {kind.body: kind for kind in KINDS.values()}
_cases: Final = msgspec.msgpack.Decoder(Case)
_case_encoder: Final = msgspec.msgpack.Encoder()

ENTRY_KIND: Final = ENTRY.name
RESUBMIT_KIND: Final = RESUBMIT.name


def stored_message(wire: bytes, id: MessageId | None = None) -> Message:  # noqa: A002
    envelope = _envelopes.decode(wire)
    return Message(
        id=id or message_id(envelope.type, envelope.payload),
        type=envelope.type,
        header=_headers.decode(envelope.payload),
        key_id=envelope.signatures[0][0],
        wire=wire,
    )


def stored_body(message: Message) -> Body | None:
    """None for a kind that is not known here, or a body that was refused for its form."""
    decoder = BODIES.get(message.type)
    if decoder is None:
        return None
    try:
        return cast("Body", decoder.decode(message.header.body))
    except (ValueError, RecursionError):
        return None


def kind_name(message: Message) -> str:
    """What the journal files a message under: its kind's name, or the whole type if unknown."""
    kind = message.kind
    return message.type if kind is None else kind.name


def kind_of(body: Body) -> Kind:
    return _kinds[type(body)]


def parts_of(body: Body | None) -> tuple[PartRef, ...]:
    """The parts that a body names; an acknowledgement only repeats hashes.

    A `resubmit` carries its original and what that names: without it a case would come up empty.
    """
    if isinstance(body, bodies.Resubmit):
        try:
            body = stored_body(stored_message(body.wire))
        except (ValueError, LookupError, RecursionError):
            return ()  # It is refused for that.
    if body is None or isinstance(body, bodies.Acknowledgement):
        return ()
    parts: tuple[PartRef, ...] = getattr(body, "parts", ())
    return parts


def written_of(message: Message, entry: Entry) -> Written:
    header = message.header
    assert header.case is not None, "an entry without a case is refused for its form"
    return Written(
        id=message.id,
        case=header.case,
        log=header.log,
        seq=header.seq,
        at=parse_instant(header.at),
        suspect=header.time is TimeTrust.SUSPECT,
        entry=entry,
    )


def written_in(message: Message) -> Written | None:
    """The entry that a stored message brings: its own, or the one that it resubmits."""
    original = original_of(message)
    body = stored_body(original) if original is not None else None
    if original is None or not isinstance(body, Entry):
        return None
    return written_of(original, body)


def original_of(message: Message) -> Message | None:
    """The message whose word it is: this one, or the one that it resubmits."""
    if message.type != RESUBMIT.type:
        return message
    body = stored_body(message)
    if not isinstance(body, bodies.Resubmit):
        return None
    try:
        return stored_message(body.wire)
    except (ValueError, LookupError, RecursionError):
        return None  # It was refused for that, and its bytes are kept.


def case_to_bytes(case: Case) -> bytes:
    return _case_encoder.encode(case)


def case_from_bytes(stored: bytes) -> Case:
    return _cases.decode(stored)


@lru_cache(maxsize=4096)
def instant_of(text: str) -> datetime:
    return parse_instant(text)
