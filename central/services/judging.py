"""The county's judgement of an entry somebody else wrote: steps 9 and 10 of admission.

The entry is judged as of its own time and by the versions of the trust sets that its header pins,
with the same function its author asked before signing.
"""

from collections import OrderedDict
from typing import Final

from casework.authority import GRACE
from casework.case import Case
from casework.entry import Written
from casework.errors import CaseworkError, NumberError, WrongDelegationError
from casework.judging import permit
from casework.names import COUNTY_DIGITS, is_of_county, split_log
from casework.numbering import NumberKind, read_plain_number
from sync.batch import Batch
from sync.bodies import TrustVersions
from sync.engine import Work
from sync.errors import OfficerError
from sync.holdings import Holdings
from sync.payloads import Body, Header, Message
from sync.power import facts_for, matter_of, officer_of, standing_of
from sync.trust_store import TrustStore

PAST_HOLDINGS_MAX: Final = 32


class CountyJudge:
    """None, or the permanent code of the rule that an entry breaks."""

    def __init__(self, trust: TrustStore) -> None:
        self._trust = trust
        self._past: OrderedDict[TrustVersions, Holdings] = OrderedDict()

    def judge(
        self, batch: Batch, case: Case | None, written: Written, header: Header | None
    ) -> str | None:
        holdings = self._pinned(batch.work, header)
        try:
            self._judge(batch, holdings, case, written)
        except (CaseworkError, OfficerError) as refused:
            return refused.code
        return None

    def judge_other(self, batch: Batch, message: Message, body: Body) -> str | None:
        """Who is named in a deposit, a query or a movement must be an officer of its author."""
        officer = getattr(body, "officer", None)
        if officer is None:
            return None
        holdings = self._pinned(batch.work, message.header)
        found = holdings.officer(officer)
        if found is None:
            return OfficerError.code
        here = found.node == message.node or (
            is_of_county(found.node) and is_of_county(message.node)
        )
        return None if here else OfficerError.code

    def _judge(self, batch: Batch, holdings: Holdings, case: Case | None, written: Written) -> None:
        entry = written.entry
        _, incarnation, _ = split_log(written.log)
        standing = standing_of(
            batch,
            holdings,
            case,
            node=written.node,
            incarnation=incarnation,
            officer=officer_of(holdings, entry.officer),
            acting_for=officer_of(holdings, entry.acting_for) if entry.acting_for else None,
            matter=matter_of(holdings, entry.matter_version),
            facts=facts_for(case, getattr(entry.act, "restated", entry.act)),
            now=written.at,
            act=entry.act,
            time_suspect=written.suspect,
            grace=GRACE,
        )
        grant = permit(case, entry.act, entry.parts, standing)
        if entry.delegation != (grant.id if grant else None):
            raise WrongDelegationError(f"{entry.delegation} cited, {grant and grant.id} governs")
        if case is None or case.length == 0:
            _check_number(batch, written)
        elif entry.number != case.number:
            raise NumberError(f"{entry.number} in case {case.number}")

    def _pinned(self, work: Work, header: Header | None) -> Holdings:
        """The sets that the header pins; what is held where the county kept no such version."""
        newest = self._trust.holdings
        if header is None or header.trust == newest.versions:
            return newest
        found = self._past.get(header.trust)
        if found is None:
            found = self._trust.at_in(work, header.trust) or newest
            self._past[header.trust] = found
            if len(self._past) > PAST_HOLDINGS_MAX:
                self._past.popitem(last=False)
        return found


def _check_number(batch: Batch, written: Written) -> None:
    """A case is numbered from a block that the county leased to its author."""
    number = written.entry.number
    # In one spelling only, or one number could be given out twice.
    parts = read_plain_number(number)
    if parts is None or parts.kind is not NumberKind.CASE:
        raise NumberError(number)
    if parts.county != written.node[:COUNTY_DIGITS]:
        raise NumberError(number)
    if not batch.granted.has_number(written.node, NumberKind.CASE, parts.serial):
        raise NumberError(f"{number} was not leased to {written.node}")
    if not batch.granted.is_free(number, written.case):
        raise NumberError(f"{number} is the number of another case")
