"""Enrolling machines: a code, a request, a second person, and one more key in the directory.

The code says that somebody at the county expected this machine; the fingerprint says which machine
asked. Only when both have been looked at, by two persons, does a key enter the directory.
"""

from datetime import timedelta
from typing import Final

import structlog
from msgspec import Struct

from casework.instants import instant_text
from casework.names import Incarnation, NodeId, OfficerId, is_county, parent_of
from central.services.publishing import Published, Publisher
from central.store.enrolments import CandidateRecord, CodeRecord, Enrolments
from sync.bodies import SetName
from sync.clock import Clock
from sync.data_dir import Identity
from sync.engine import Database
from sync.enrolling import EnrolAnswer, EnrolState, Slip, encode_answer, spaced
from sync.enrolment import (
    EnrolGrant,
    EnrolRequest,
    HeldSet,
    code_hash,
    new_code,
    open_request,
    seal_grant,
)
from sync.errors import EnrolmentError, EnvelopeError
from sync.keys import Randomness, Signer
from sync.roles import root_fingerprint
from sync.trust_store import TrustStore

CODE_LIVES: Final = timedelta(hours=24)
CANDIDATES_PENDING_MAX: Final = 200

_log = structlog.stdlib.get_logger("central.enrolment")


class Pending(Struct, frozen=True):
    """A machine that waits to be looked at."""

    node: NodeId
    name: str
    fingerprint: str
    asked_at: str
    replaces: bool
    rotates: bool  # the machine's old key signed the request too


class Approved(Struct, frozen=True):
    node: NodeId
    incarnation: Incarnation
    published: tuple[Published, ...] | None  # None: it waits for keys that are elsewhere


class Enrolment:
    """Who may ask, who has asked, and who was approved."""

    def __init__(  # noqa: PLR0913 - what enrolment needs, each by its name
        self,
        *,
        identity: Identity,
        signer: Signer,
        database: Database,
        store: TrustStore,
        publisher: Publisher,
        clock: Clock,
        randomness: Randomness,
        nats_url: str,
        https_url: str,
    ) -> None:
        self._identity: Final = identity
        self._signer: Final = signer
        self._database: Final = database
        self._store: Final = store
        self._publisher: Final = publisher
        self._clock: Final = clock
        self._randomness: Final = randomness
        self._nats_url: Final = nats_url
        self._https_url: Final = https_url
        self._rows: Final = Enrolments(database)

    async def add(self, node: NodeId, by: OfficerId | None = None) -> Slip:
        """A slip for a node of the directory: its code is good once, for a day."""
        if self._store.holdings.directory.find_node(node) is None or is_county(node):
            raise EnrolmentError(f"{node} is no node of the directory that could be enrolled")
        now = self._clock.now()
        await self._rows.remove_codes_before(now)
        slip = Slip(node, new_code(self._randomness), root_fingerprint(self._store.holdings.root))
        await self._rows.add_code(
            CodeRecord(
                code_hash=code_hash(slip.code),
                node=node,
                made_by=by,
                made_at=now,
                expires_at=now + CODE_LIVES,
                used_by=None,
            )
        )
        return slip

    async def answer(self, wire: bytes) -> bytes:
        """Answer a request, however it came; it proves itself or is refused."""
        try:
            answer = await self._answer(wire)
        except EnvelopeError as error:
            _log.warning("request to enrol refused", code=error.code, reason=str(error))
            answer = EnrolAnswer(EnrolState.REFUSED, code=error.code)
        return encode_answer(answer)

    async def pending(self) -> list[Pending]:
        return [self._pending(record) for record in await self._rows.pending()]

    async def unsigned(self) -> list[Pending]:
        """Approved, and still to be signed by keys that are elsewhere."""
        directory = self._store.holdings.directory
        return [
            self._pending(record)
            for record in await self._rows.approved()
            if directory.find_key(record.key_id) is None
        ]

    def _pending(self, record: CandidateRecord) -> Pending:
        request = self._open(record.wire)
        entry = self._store.holdings.directory.find_node(record.node)
        return Pending(
            node=record.node,
            name=entry.node.name if entry is not None else "",
            fingerprint=request.fingerprint,
            asked_at=instant_text(record.asked_at),
            replaces=entry is not None and bool(entry.incarnations),
            rotates=request.old_key is not None,
        )

    async def approve(
        self, node: NodeId, fingerprint: str, by: OfficerId | None = None
    ) -> Approved:
        """Make a machine known, after a second person compared its fingerprint.

        Where the keys that sign the directory are elsewhere, it is known once they have signed.
        """
        record, request = await self._find_pending(node, fingerprint)
        await self._check_second_person(request, by)
        async with self._database.transaction():
            await self._rows.approve(record.key_id, by, self._clock.now())
            published = await self._publisher.publish_changes()
        _log.info("enrolment approved", enrolled=node, incarnation=request.incarnation)
        return Approved(node, request.incarnation, None if published is None else tuple(published))

    async def give_account(self, node: NodeId, incarnation: Incarnation) -> None:
        """A machine that has become known may sign in to the broker, and its predecessor not."""
        if not is_on_broker(node):
            return
        for record in await self._rows.approved():
            request = self._open(record.wire)
            if (request.node, request.incarnation) == (node, incarnation):
                await self._rows.put_account(node, request.nkey)

    async def broker_users(self) -> dict[NodeId, str]:
        """The nodes that have an account at the broker, and the NKey each signs in with."""
        return await self._rows.accounts()

    async def _answer(self, wire: bytes) -> EnrolAnswer:
        request = self._open(wire)
        key = request.key.key_id
        candidate = await self._rows.find_candidate(key)
        if candidate is None:
            await self._admit(request, wire)
        elif candidate.wire != wire:
            raise EnrolmentError("this key has asked for something else")
        elif self._store.holdings.directory.find_key(key) is not None:
            return await self._grant(request)
        return EnrolAnswer(EnrolState.PENDING)

    async def _admit(self, request: EnrolRequest, wire: bytes) -> None:
        now = self._clock.now()
        hashed = code_hash(request.code)
        code = await self._rows.find_code(hashed)
        # One answer for all of these: a guess learns nothing from it.
        if code is None or code.node != request.node or now >= code.expires_at or code.used_by:
            raise EnrolmentError(f"no such code for {request.node}")
        self._check_new(request)
        if len(await self._rows.pending()) >= CANDIDATES_PENDING_MAX:
            raise EnrolmentError("too many machines are waiting")
        async with self._database.transaction():
            await self._rows.use_code(hashed, request.key.key_id)
            await self._rows.add_candidate(
                CandidateRecord(
                    key_id=request.key.key_id, node=request.node, wire=wire, asked_at=now
                )
            )
        _log.info("request to enrol", asked_for=request.node, fingerprint=request.fingerprint)

    def _check_new(self, request: EnrolRequest) -> None:
        directory = self._store.holdings.directory
        entry = directory.find_node(request.node)
        if entry is None:
            raise EnrolmentError(f"{request.node} is not in the directory")
        if request.incarnation in entry.incarnations or directory.find_key(request.key.key_id):
            raise EnrolmentError("a key or an incarnation that has lived before")

    async def _grant(self, request: EnrolRequest) -> EnrolAnswer:
        held = [await self._store.manifest(name) for name in SetName]
        sets = [one for one in held if one is not None]
        roots, parts = await self._store.newest(SetName.ROOT, SetName.DIRECTORY)
        county_key = self._store.holdings.directory.find_key(self._identity.key_id)
        assert county_key is not None, "the directory holds the county's own key"
        grant = EnrolGrant(
            node=request.node,
            incarnation=request.incarnation,
            key_id=request.key.key_id,
            root=sets[0].hash,
            sets=tuple(HeldSet(one.manifest.set, one.manifest.version, one.hash) for one in sets),
            county_key=county_key,
            nats_url=self._nats_url if is_on_broker(request.node) else None,
            https_url=self._https_url,
            at=instant_text(self._clock.now()),
        )
        return EnrolAnswer(
            EnrolState.GRANTED,
            grant=seal_grant(grant, self._signer),
            root=roots[0],
            directory=roots[1],
            parts=tuple(parts),
        )

    async def _find_pending(
        self, node: NodeId, fingerprint: str
    ) -> tuple[CandidateRecord, EnrolRequest]:
        wanted = spaced(fingerprint)
        for record in await self._rows.pending():
            request = self._open(record.wire)
            if record.node == node and request.fingerprint == wanted:
                return record, request
        raise EnrolmentError(f"no machine of {node} with the fingerprint {wanted} is waiting")

    async def _check_second_person(self, request: EnrolRequest, by: OfficerId | None) -> None:
        code = await self._rows.find_code(code_hash(request.code))
        if by is None or code is None or code.made_by is None:
            return
        persons = self._store.holdings.persons
        if persons.get(by, by) == persons.get(code.made_by, code.made_by):
            raise EnrolmentError("whoever made the code does not compare the fingerprint")

    def _open(self, wire: bytes) -> EnrolRequest:
        return open_request(wire, self._store.holdings.directory.find_key)


def is_on_broker(node: NodeId) -> bool:
    """Villages reach their township over HTTPS; everybody else has an account at the broker."""
    above = parent_of(node)
    return above is not None and is_county(above)
