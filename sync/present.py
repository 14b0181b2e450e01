"""What this node may lean on at this moment, for whoever asks what it may do by its records."""

from casework.names import is_of_county
from casework.powers import Present
from sync.batch import Batch
from sync.engine import Work
from sync.node import Node
from sync.power import decisions_under, lease_of
from sync.recording import stored_guard
from sync.trust_store import TrustStore
from sync.writing import present, seems_suspect


async def present_of(node: Node, trust: TrustStore) -> Present:
    holdings = trust.holdings
    records = holdings.delegations_of(node.id)

    def ask(work: Work) -> Present:
        batch = Batch(node, work)
        is_doubted = seems_suspect(batch)
        now = present(batch, is_doubted=is_doubted)
        lease = None if is_of_county(node.id) else lease_of(batch, node.id, node.incarnation, now)
        return Present(
            now=now,
            today=holdings.calendar.day_of(now),
            time_suspect=is_doubted,
            sets_behind=trust.is_behind,
            lease=lease,
            quota_used={
                each.id: decisions_under(batch, each.id, holdings, now)
                for each in records
                if each.quota is not None
            },
            county_at=stored_guard(batch).county_at,
        )

    return await node.database.read(ask)
