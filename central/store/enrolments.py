"""Codes given out, machines that asked, and the broker accounts of those that were approved."""

from datetime import datetime
from typing import Final

from msgspec import Struct

from casework.names import KeyId, NodeId, OfficerId
from central.tables import BrokerAccount, EnrolmentCandidate, EnrolmentCode
from sync.engine import Database, bind


class CodeRecord(Struct, frozen=True, kw_only=True):
    code_hash: str
    node: NodeId
    made_by: OfficerId | None
    made_at: datetime
    expires_at: datetime
    used_by: KeyId | None


class CandidateRecord(Struct, frozen=True, kw_only=True):
    key_id: KeyId
    node: NodeId
    wire: bytes
    asked_at: datetime
    approved_at: datetime | None = None
    approved_by: OfficerId | None = None


class Enrolments:
    def __init__(self, database: Database) -> None:
        self._codes: Final = bind(EnrolmentCode, database)
        self._candidates: Final = bind(EnrolmentCandidate, database)
        self._accounts: Final = bind(BrokerAccount, database)

    async def add_code(self, record: CodeRecord) -> None:
        await self._codes.insert(
            self._codes(
                code_hash=record.code_hash,
                node=record.node,
                made_by=record.made_by,
                made_at=record.made_at,
                expires_at=record.expires_at,
                used_by=record.used_by,
            )
        )

    async def find_code(self, code_hash: str) -> CodeRecord | None:
        row = await self._codes.select().where(self._codes.code_hash == code_hash).first()
        return None if row is None else CodeRecord(**row)

    async def use_code(self, code_hash: str, key: KeyId) -> None:
        await self._codes.update({self._codes.used_by: key}).where(
            self._codes.code_hash == code_hash
        )

    async def remove_codes_before(self, moment: datetime) -> None:
        await self._codes.delete().where(self._codes.expires_at < moment)

    async def add_candidate(self, record: CandidateRecord) -> None:
        await self._candidates.insert(
            self._candidates(
                key_id=record.key_id,
                node=record.node,
                wire=record.wire,
                asked_at=record.asked_at,
                approved_at=record.approved_at,
                approved_by=record.approved_by,
            )
        )

    async def find_candidate(self, key: KeyId) -> CandidateRecord | None:
        row = await self._candidates.select().where(self._candidates.key_id == key).first()
        return None if row is None else CandidateRecord(**row)

    async def pending(self) -> list[CandidateRecord]:
        table = self._candidates
        rows = await table.select().where(table.approved_at.is_null()).order_by(table.asked_at)
        return [CandidateRecord(**row) for row in rows]

    async def approved(self) -> list[CandidateRecord]:
        """In the order in which they were approved."""
        table = self._candidates
        rows = (
            await table.select().where(table.approved_at.is_not_null()).order_by(table.approved_at)
        )
        return [CandidateRecord(**row) for row in rows]

    async def approve(self, key: KeyId, by: OfficerId | None, now: datetime) -> None:
        table = self._candidates
        await table.update({table.approved_at: now, table.approved_by: by}).where(
            table.key_id == key
        )

    async def put_account(self, node: NodeId, node_user: str) -> None:
        table = self._accounts
        await table.insert(table(node=node, node_user=node_user)).on_conflict(
            target=table.node, action="DO UPDATE", values=[table.node_user]
        )

    async def accounts(self) -> dict[NodeId, str]:
        rows = await self._accounts.select().order_by(self._accounts.node)
        return {NodeId(row["node"]): row["node_user"] for row in rows}
