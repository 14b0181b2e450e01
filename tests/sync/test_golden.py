"""Known-answer vectors: bytes of every kind ever released, which must decode for ever.

`python -m tests.sync.test_golden` writes vectors for kinds that have none yet. It never writes over
one: a vector that no longer fits is a promise broken, not a file to renew.
"""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from msgspec.structs import replace

from casework import act as acts
from casework.names import CaseNumber, Incarnation, Lane, NodeId, PartHash
from sync.bodies import Deposit, DepositKind, SetName
from sync.delivery import (
    ZERO_NONCE,
    Position,
    open_head,
    open_hello,
    open_receipt,
    seal_head,
    seal_hello,
    seal_receipt,
)
from sync.enrolment import open_grant, open_request, seal_grant, seal_request
from sync.envelope import decode_envelope, message_id
from sync.frame import Absence, Frame, pack, unpack
from sync.keys import NodeSigner, fingerprint
from sync.payloads import KINDS, Body, open_message, read_body
from sync.roles import one_key_root, root_fingerprint
from sync.trust_root import root_items
from sync.trust_sets import BuiltSet, Publication, assemble, build_set, open_manifest
from tests.builders import COUNTY, INTAKE, NOON, OTHER_TOWN, TOWN, VILLAGE, WU, ZHOU, a_verdict
from tests.keyring import (
    a_body_of_each,
    a_head,
    a_hello,
    a_message,
    a_place,
    a_receipt,
    a_record,
    a_signer,
    an_enrol_grant,
    an_enrol_request,
    an_entry,
    an_id,
    find_key,
    some_messages,
)

GOLDEN: Final = Path(__file__).parent.parent / "golden" / "wire"
ROOT_KEY: Final = NodeSigner.from_seed(b"\x01" * 32)
PART: Final = b"0123456789abcdef" + "材料".encode()
REQUEST_SIGNERS: Final = (a_signer(VILLAGE, Incarnation("00000002")), a_signer(VILLAGE))

# How a wire outside any log is opened again; what comes out must be what the builders make.
OUTSIDE: Final[dict[str, tuple[object, Callable[[bytes], object]]]] = {
    "head": (a_head(), lambda wire: open_head(wire, find_key)),
    "receipt": (a_receipt(), lambda wire: open_receipt(wire, find_key)),
    "hello": (
        a_hello(ZERO_NONCE),
        lambda wire: open_hello(wire, find_key, me=TOWN, nonce=ZERO_NONCE),
    ),
    "enrol-request": (an_enrol_request(), lambda wire: open_request(wire, find_key)),
    "enrol-grant": (
        an_enrol_grant(an_enrol_request()),
        lambda wire: open_grant(wire, an_enrol_request()),
    ),
}


def wires() -> dict[str, bytes]:
    """Every wire there is a vector of, made anew: Ed25519 signs alike every time."""
    made = {name: a_message(node, body).wire for name, (node, body) in a_body_of_each().items()}
    made |= {name: a_message(node, body).wire for name, (node, body) in contacts().items()}
    made |= {
        "head": seal_head(a_head(), a_signer(TOWN)),
        "receipt": seal_receipt(a_receipt(), a_signer(COUNTY)),
        "hello": seal_hello(a_hello(ZERO_NONCE), a_signer(COUNTY)),
        "enrol-request": seal_request(an_enrol_request(), *REQUEST_SIGNERS),
        "enrol-grant": seal_grant(an_enrol_grant(an_enrol_request()), a_signer(COUNTY)),
    }
    return made


def contacts() -> dict[str, tuple[NodeId, Body]]:
    """What other nodes are called on for, and what they did: acts that name their authors."""
    asked = acts.Ask(OTHER_TOWN, "2026-11-25", TOWN, WU)
    answer = acts.Answer(an_id("question"), ZHOU)
    fetched = acts.CollectPapers(an_id("call"), WU)
    called = acts.CallForPapers(TOWN, ("m1", "m3"), "2026-11-25")
    deposit = Deposit(
        CaseNumber("440229901-26-000017-8"), DepositKind.ANSWER, answer, ZHOU, None, ()
    )
    receipt = json.loads((GOLDEN / "voucher.json").read_text(encoding="utf-8"))["digits"]
    anew = acts.Rebuild(receipt, acts.Collect(INTAKE, (a_verdict("m1"), a_verdict("m2"))))
    return {
        "entry-rebuild": (TOWN, replace(an_entry(), act=anew)),
        "entry-ask": (TOWN, replace(an_entry(), act=asked)),
        "deposit-answer": (OTHER_TOWN, deposit),
        "entry-call-for-papers": (COUNTY, replace(an_entry(), act=called)),
        "deposit-collection": (
            TOWN,
            replace(deposit, kind=DepositKind.COLLECTION, act=fetched),
        ),
    }


def a_root_set() -> BuiltSet:
    root = one_key_root(ROOT_KEY.public_key)
    return build_set(Publication(SetName.ROOT, 1, None, NOON), root_items(root), ROOT_KEY)


def a_frame() -> Frame:
    messages = tuple(message.wire for message in some_messages(2))
    position = Position(0, "0" * 64).after(messages)
    return Frame(
        head=seal_head(a_head(position=position), a_signer(TOWN)),
        first=1,
        wires=messages,
        parts=((PartHash(hashlib.sha256(PART).hexdigest()), PART),),
        absences=((PartHash(an_id("erased")), Absence.ERASED),),
    )


def vector(name: str) -> Any:
    return json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", wires())
def test_a_wire_is_the_one_that_was_promised(name: str) -> None:
    promised = vector(name)
    wire = bytes.fromhex(promised["wire"])
    envelope = decode_envelope(wire, signatures_max=2)

    assert envelope.type == promised["type"]
    assert envelope.payload.decode() == promised["payload"]
    assert [key_id for key_id, _ in envelope.signatures] == promised["signers"]
    assert message_id(envelope.type, envelope.payload) == promised["id"]
    assert wires()[name] == wire


@pytest.mark.parametrize("name", [*a_body_of_each(), *contacts()])
def test_a_message_of_every_kind_decodes_for_ever(name: str) -> None:
    message = open_message(bytes.fromhex(vector(name)["wire"]), find_key)
    assert read_body(message) == {**a_body_of_each(), **contacts()}[name][1]
    assert message.id == vector(name)["id"]


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_wire_outside_any_log_decodes_for_ever(name: str) -> None:
    expected, opened = OUTSIDE[name]
    assert opened(bytes.fromhex(vector(name)["wire"])) == expected


def test_a_frame_decodes_for_ever() -> None:
    """How tightly zstd packs is no promise; what it unpacks to is."""
    promised = vector("frame")
    assert unpack(bytes.fromhex(promised["frame"])) == a_frame()
    assert unpack(pack(a_frame())) == a_frame()
    head = open_head(a_frame().head, find_key)
    assert head.digest == promised["digest"]


def test_a_set_decodes_for_ever() -> None:
    promised = vector("set-manifest")
    parts = {PartHash(name): bytes.fromhex(part) for name, part in promised["parts"].items()}
    root = one_key_root(ROOT_KEY.public_key)
    signed = open_manifest(bytes.fromhex(promised["wire"]), root)

    assert signed.hash == promised["hash"]
    assert assemble(signed.manifest, parts.get) == root_items(root)
    assert (a_root_set().wire, a_root_set().parts) == (signed.wire, parts)
    assert root_fingerprint(root) == promised["fingerprint"]


def test_names_are_made_for_ever_as_they_were() -> None:
    for name in vector("names"):
        record = a_record(TOWN)
        key = vector("names")[name]
        if name == "key":
            assert (record.public, record.key_id) == (key["public"], key["key_id"])
            assert fingerprint(record.raw) == key["fingerprint"]
        else:
            assert a_place().case == key


def test_every_kind_has_a_vector() -> None:
    kept = {path.stem for path in GOLDEN.glob("*.json")}
    assert {kind.name for kind in KINDS.values()} <= kept
    assert {kind.lane for kind in KINDS.values()} == set(Lane)


def write_missing() -> None:
    """Write what has no vector yet."""
    GOLDEN.mkdir(parents=True, exist_ok=True)
    record, built, frame = a_record(TOWN), a_root_set(), a_frame()
    for name, wire in wires().items():
        envelope = decode_envelope(wire, signatures_max=2)
        _write(
            name,
            {
                "type": envelope.type,
                "payload": envelope.payload.decode(),
                "signers": [key_id for key_id, _ in envelope.signatures],
                "id": message_id(envelope.type, envelope.payload),
                "wire": wire.hex(),
            },
        )
    _write(
        "frame",
        {"digest": open_head(frame.head, find_key).digest, "frame": pack(frame).hex()},
    )
    _write(
        "set-manifest",
        {
            "hash": built.hash,
            "fingerprint": root_fingerprint(one_key_root(ROOT_KEY.public_key)),
            "wire": built.wire.hex(),
            "parts": {name: part.hex() for name, part in built.parts.items()},
        },
    )
    _write(
        "names",
        {
            "key": {
                "public": record.public,
                "key_id": record.key_id,
                "fingerprint": fingerprint(record.raw),
            },
            "case": a_place().case,
        },
    )


def _write(name: str, content: object) -> None:
    path = GOLDEN / f"{name}.json"
    if not path.exists():
        text = json.dumps(content, ensure_ascii=False, indent=1)
        path.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_missing()
