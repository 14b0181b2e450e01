"""Enrolling a machine: from an empty directory and a slip of paper to a node that is known.

The machine makes its keys, asks with the code of the slip, and asks again until a second person
at the county has compared its fingerprint. What it is then given it believes because of the root's
fingerprint on the slip, not because of the line it came by.
"""

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from casework.fact import Fact
from casework.instants import instant_text
from casework.names import KeyId, NodeId, county_of, is_county, is_node
from sync.bodies import SetAnnouncement
from sync.clock import Clock
from sync.data_dir import DataDir, Identity, NotEnrolledError, write_secret
from sync.engine import Database
from sync.enrolment import EnrolGrant, EnrolRequest, open_grant, read_code, seal_request
from sync.errors import EnrolmentError, LinkDownError, MalformedEnvelopeError, SetFormError
from sync.keys import NodeSigner, Randomness, new_incarnation
from sync.strict_json import UNREADABLE, decode_strict, encode_strict
from sync.trust_store import TrustStore

ANSWER_BYTES_MAX: Final = 1000 * 1024  # a broker carries no larger message
ASK_AGAIN_SECONDS: Final = 1.0
FINGERPRINT_DIGITS: Final = 30

Send = Callable[[bytes], Awaitable[bytes]]


class Slip(Struct, frozen=True):
    """What a person carries from the county to the machine: one line, to read out or to paste."""

    node: NodeId
    code: str
    root_fingerprint: str

    @property
    def text(self) -> str:
        return f"{self.node}/{self.code}/{self.root_fingerprint.replace(' ', '')}"


class EnrolState(StrEnum):
    """Where a request stands; part of an answer on the wire, so never change a value."""

    PENDING = "pending"
    GRANTED = "granted"
    REFUSED = "refused"


class EnrolAnswer(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The county's answer to a request. Root and directory come along; the rest is fetched."""

    state: EnrolState
    code: str | None = None
    grant: bytes | None = None
    root: bytes | None = None
    directory: bytes | None = None
    parts: tuple[bytes, ...] = ()


class Candidate(Fact, frozen=True):
    """A request under way, kept so that a restart asks with the same keys."""

    request: EnrolRequest
    root_fingerprint: str


def read_slip(text: str) -> Slip:
    """A slip as a person pasted it; EnrolmentError says what is wrong with it."""
    node, _, rest = "".join(text.split()).partition("/")
    code, _, digits = rest.partition("/")
    if not is_node(node) or is_county(NodeId(node)):
        raise EnrolmentError(f"{node!r} is not the name of a node to enrol")
    if len(digits) != FINGERPRINT_DIGITS or not digits.isdecimal():
        raise EnrolmentError(f"the root's fingerprint has {FINGERPRINT_DIGITS} digits")
    return Slip(NodeId(node), read_code(code), spaced(digits))


def spaced(digits: str) -> str:
    """A fingerprint as it is printed, however it was typed."""
    bare = "".join(char for char in digits if char.isdecimal())
    return " ".join(bare[at : at + 5] for at in range(0, len(bare), 5))


def encode_answer(answer: EnrolAnswer) -> bytes:
    return msgspec.msgpack.encode(answer)


def decode_answer(data: bytes) -> EnrolAnswer:
    try:
        return msgspec.msgpack.decode(data, type=EnrolAnswer)
    except UNREADABLE as error:
        raise MalformedEnvelopeError("not an answer to a request to enrol") from error


class Enrolling:
    """One machine's enrolment. `prepare` makes or finds its keys, `wait` asks until it is known."""

    def __init__(self, files: DataDir, clock: Clock, randomness: Randomness) -> None:
        self._files: Final = files
        self._clock: Final = clock
        self._randomness: Final = randomness

    def prepare(self, slip: Slip, broker_seed: str, broker_user: str) -> EnrolRequest:
        """The request of this machine. The same slip again gives the same request."""
        self._files.make()
        kept = self._candidate()
        if kept is not None and _is_for(kept, slip):
            return kept.request
        old = self._old_identity()
        if old is not None and old.node != slip.node:
            raise EnrolmentError(f"{self._files.path} belongs to {old.node}, not to {slip.node}")
        for path in (self._new_key, self._new_seed):
            path.unlink(missing_ok=True)
        signer = NodeSigner.generate(self._randomness)
        signer.save(self._new_key)
        write_secret(self._new_seed, broker_seed.encode())
        request = EnrolRequest(
            node=slip.node,
            incarnation=new_incarnation(self._randomness),
            code=slip.code,
            public=signer.public_key.public,
            nkey=broker_user,
            old_key=old.key_id if old is not None else None,
            follows=(),
            at=instant_text(self._clock.now()),
        )
        candidate = Candidate(request, slip.root_fingerprint)
        write_secret(self._request_file, encode_strict(candidate), replace=True)
        return request

    async def ask(self, send: Send) -> EnrolAnswer:
        """Ask once. EnrolmentError if the county refuses, LinkDownError if it is not reached."""
        candidate = self._get_candidate()
        asked = candidate.request
        names = [name for name in (asked.key.key_id, asked.old_key) if name is not None]
        signers = [self._signer(name) for name in names]
        answer = decode_answer(await send(seal_request(candidate.request, *signers)))
        if answer.state is EnrolState.REFUSED:
            raise EnrolmentError(f"the county refuses: {answer.code}")
        return answer

    async def wait(self, send: Send, tell: Callable[[str], None]) -> EnrolAnswer:
        """Ask until the request is granted; a line that is down is waited for."""
        said = ""
        while True:
            try:
                answer = await self.ask(send)
                now = "waiting for a second person at the county to compare the fingerprint"
                if answer.state is EnrolState.GRANTED:
                    return answer
            except LinkDownError as error:
                now = f"not reached: {error}"
            if now != said:
                tell(now)
            said = now
            await asyncio.sleep(ASK_AGAIN_SECONDS)

    async def finish(self, answer: EnrolAnswer, database: Database) -> Identity:
        """Believe a grant, or raise EnvelopeError; then this directory is that node's."""
        candidate = self._get_candidate()
        if not (answer.grant and answer.root and answer.directory):
            raise EnrolmentError("a grant without the root and the directory")
        grant = open_grant(answer.grant, candidate.request)
        store = TrustStore(database, me=grant.node)
        await store.begin(
            root=answer.root,
            directory=answer.directory,
            parts=answer.parts,
            root_fingerprint=candidate.root_fingerprint,
        )
        _check(grant, candidate.request, store)
        await store.announced(
            *(SetAnnouncement(held.set, held.version, held.manifest) for held in grant.sets)
        )
        return self._become(grant, candidate)

    def _become(self, grant: EnrolGrant, candidate: Candidate) -> Identity:
        identity = Identity(
            node=grant.node,
            incarnation=grant.incarnation,
            key_id=grant.key_id,
            county=county_of(grant.node),
            root_fingerprint=candidate.root_fingerprint,
            nats_url=grant.nats_url,
        )
        # The identity is written last: whoever is cut off before asks and finishes again.
        if self._new_seed.exists():
            self._new_seed.replace(self._files.nats_seed)
        if self._new_key.exists():
            if self._files.node_key.exists():
                self._files.node_key.replace(self._old_key)
            self._new_key.replace(self._files.node_key)
        self._files.save_identity(identity)
        self._request_file.unlink()
        return identity

    @property
    def _new_key(self) -> Path:
        return self._files.keys / "node.new.pem"

    @property
    def _old_key(self) -> Path:
        return self._files.keys / "node.old.pem"

    @property
    def _new_seed(self) -> Path:
        return self._files.keys / "nats.new.nk"

    @property
    def _request_file(self) -> Path:
        return self._files.path / "enrolment.json"

    def _candidate(self) -> Candidate | None:
        if not self._request_file.exists():
            return None
        return decode_strict(self._request_file.read_bytes(), Candidate)

    def _signer(self, name: KeyId) -> NodeSigner:
        """The key of this name: a machine cut off while finishing has moved its keys already."""
        for path in (self._new_key, self._files.node_key, self._old_key):
            if path.exists():
                signer = NodeSigner.load(path)
                if signer.key_id == name:
                    return signer
        raise EnrolmentError(f"the key {name} is not in {self._files.keys}")

    def _get_candidate(self) -> Candidate:
        found = self._candidate()
        if found is None:
            raise EnrolmentError("no enrolment is under way here")
        return found

    def _old_identity(self) -> Identity | None:
        try:
            return self._files.identity()
        except NotEnrolledError:
            return None


def _is_for(candidate: Candidate, slip: Slip) -> bool:
    request = candidate.request
    asked = (request.node, request.code, candidate.root_fingerprint)
    return asked == (slip.node, slip.code, slip.root_fingerprint)


def _check(grant: EnrolGrant, request: EnrolRequest, store: TrustStore) -> None:
    """The directory that came under the compared root holds the keys the grant speaks of."""
    directory = store.holdings.directory
    if directory.find_key(grant.county_key.key_id) != grant.county_key or not is_county(
        grant.county_key.node
    ):
        raise SetFormError("the grant was signed by another key than the county's")
    mine = directory.find_key(request.key.key_id)
    if mine is None or (mine.node, mine.incarnation) != (request.node, request.incarnation):
        raise SetFormError("the directory does not know this machine's key")
