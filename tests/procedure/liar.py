"""A township whose keys are sound and whose program is not: it asks no rule before it signs."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec.structs import replace

from casework import act as acts
from casework.act import AnyAct
from casework.entry import Entry, PartRef
from casework.names import CaseId, Lane, MessageId, OfficerId, PartHash
from casework.procedure import PROCEDURE
from sync.batch import Batch
from sync.bodies import TrustVersions
from sync.frame import Absence
from sync.node import Node
from sync.parts import make_part
from sync.payloads import Message, Place, seal_message
from sync.recording import ANCHOR, record
from sync.stored import parts_of, stored_body
from sync.writing import own_log
from tests.builders import WORDS

QIU: Final = OfficerId("o0101")  # approves at the town
# The record by which the town decides small fellings.
RECORD: Final = "d0199"
GRANT: Final = acts.DecideGrant((), None)
SALT: Final = b"s" * 16


class Liar:
    """The machine of a town in the hands of somebody who knows how messages are made."""

    def __init__(self, node: Node) -> None:
        self.node: Final = node
        self.record: Final = RECORD

    async def signs(
        self,
        case: CaseId,
        *said: AnyAct,
        delegation: str | None,
        officer: OfficerId = QIU,
        acting_for: OfficerId | None = None,
        **header: Any,
    ) -> MessageId:
        """Acts on a case, one upon the other, whatever the rules say. The last one's id."""
        before = await self._newest(case)
        made = None
        for act in said:
            standing = await self.node.journal.get_case(case)
            refs, data = _parts_of(act)
            entry = replace(
                before,
                previous=made.id if made is not None else standing.head,
                act=act,
                delegation=delegation,
                officer=officer,
                acting_for=acting_for,
                parts=refs,
            )
            made = await self.writes(entry, case, data, **header)
        assert made is not None, "something is signed"
        return made.id

    async def writes(
        self, entry: Entry, case: CaseId, parts: Mapping[PartHash, bytes], **header: Any
    ) -> Message:
        """The next message of its log, its header as it pleases: `at`, `anchor`, `trust`."""

        def write(batch: Batch) -> Message:
            message = self._sealed(batch, entry, case, header)
            record(batch, message, entry, small=dict(parts))
            position = batch.position(message.header.log)
            position.seq, position.id, position.changed = message.header.seq, message.id, True
            return message

        return await self.node.change(write)

    async def forks(self, case: CaseId, delegation: str) -> Message:
        """Another word at the place of the newest one, which it has sent already."""
        records = await self.node.journal.messages(case)
        newest = max(
            (each.message for each in records if each.message.node == self.node.id),
            key=lambda message: message.header.seq,
        )
        body = stored_body(newest)
        assert isinstance(body, Entry)
        entry = replace(body, act=acts.DecideGrant((), "另一份"), delegation=delegation)
        header = newest.header
        place = Place(
            log=header.log,
            seq=header.seq,
            prev=header.prev,
            at=self.node.clock.now(),
            is_suspect=False,
            anchor=header.anchor,
            case=case,
            trust=header.trust,
        )
        return seal_message(place, entry, self.node.signer)

    async def alone(self, case: CaseId) -> tuple[list[bytes], dict[PartHash, Absence]]:
        """The words of one case, as if there were no other, and the parts that do not come."""
        messages = [each.message for each in await self.node.journal.messages(case)]
        named = [ref.hash for each in messages for ref in parts_of(stored_body(each))]
        return [each.wire for each in messages], dict.fromkeys(named, Absence.NOT_ENTITLED)

    async def anchor(self) -> MessageId:
        def ask(batch: Batch) -> MessageId:
            stored = batch.setting(ANCHOR)
            assert stored is not None
            return MessageId(stored.decode())

        return await self.node.change(ask)

    async def versions(self) -> TrustVersions:
        return self.node.trust.versions

    async def cited(self, case: CaseId) -> str | None:
        """The record that the newest entry of a case names."""
        return (await self._newest(case)).delegation

    async def _newest(self, case: CaseId) -> Entry:
        bodies = [stored_body(each.message) for each in await self.node.journal.messages(case)]
        return [body for body in bodies if isinstance(body, Entry)][-1]

    def _sealed(
        self, batch: Batch, entry: Entry, case: CaseId, header: Mapping[str, Any]
    ) -> Message:
        log = own_log(batch, Lane.CASE)
        position = batch.position(log)
        anchor = batch.setting(ANCHOR)
        place = Place(
            log=log,
            seq=position.seq + 1,
            prev=position.id,
            at=header.get("at") or batch.now,
            is_suspect=header.get("is_suspect", False),
            anchor=header.get("anchor") or (MessageId(anchor.decode()) if anchor else None),
            case=case,
            trust=header.get("trust") or batch.trust.versions,
        )
        return seal_message(place, entry, self.node.signer)


def _parts_of(act: AnyAct) -> tuple[tuple[PartRef, ...], dict[PartHash, bytes]]:
    """Its words are in order; nothing is to be found fault with but what the test is about."""
    made = [(name, make_part(WORDS[name], SALT)) for name in sorted(PROCEDURE[type(act)].parts)]
    refs = tuple(PartRef(hash_, len(data), "text/plain", name) for name, (hash_, data) in made)
    return refs, {hash_: data for _, (hash_, data) in made}
