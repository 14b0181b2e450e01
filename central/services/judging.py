"""The county's judgement of an entry somebody else wrote: steps 9 and 10 of admission.

The entry is judged as of its own time and by the versions of the trust sets that its header pins,
with the same function its author asked before signing. A final decision of a node below is weighed
besides; what is rejected is refused, and `central.services.pronouncing` signs every verdict.
"""

from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from casework.act import TakeUpDeposit
from casework.authority import GRACE
from casework.case import Case
from casework.entry import Written
from casework.errors import CaseworkError, NumberError, WrongDelegationError
from casework.judging import permit
from casework.names import COUNTY_DIGITS, MessageId, is_of_county, split_log
from casework.numbering import NumberKind, read_plain_number
from casework.standing import Waiting
from casework.verdict import Ground, Judgement, Verdict, is_judged, verdict
from central.services.answering import answer_waiting
from central.services.evidence import Ruling, county_has_decided, gather, rule_on
from central.services.pronouncing import file_judged, pronounce, reconsider
from central.store.verdicts import AnchorCache, Filed, JournalSources
from sync.batch import Batch, Judged
from sync.bodies import TrustVersions
from sync.claims import open_deposits
from sync.engine import Work
from sync.errors import OfficerError
from sync.holdings import Holdings
from sync.payloads import Body, Header, Message
from sync.power import facts_for, matter_of, officer_of, standing_of
from sync.projection import entries_of
from sync.stored import instant_of, original_of
from sync.trust_store import TrustStore

PAST_HOLDINGS_MAX: Final = 32


class CountyJudge:
    """None, or the permanent code of the rule that an entry breaks."""

    def __init__(self, trust: TrustStore) -> None:
        self._trust = trust
        self._past: OrderedDict[TrustVersions, Holdings] = OrderedDict()
        self._cache = AnchorCache()

    def judge(
        self, batch: Batch, case: Case | None, written: Written, header: Header | None
    ) -> str | None:
        if is_judged(written.node, written.entry.act):
            return self._judge_decision(batch, case, written)
        holdings = self._pinned(batch.work, header)
        try:
            self._judge(batch, holdings, case, written)
        except (CaseworkError, OfficerError) as refused:
            return refused.code
        return None

    def answer(self, batch: Batch) -> None:
        answer_waiting(batch, self._trust.holdings)

    def pronounce(self, batch: Batch) -> None:
        pronounce(batch, self)

    def reconsider(self, batch: Batch) -> None:
        reconsider(batch, self, self._trust)

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

    def weigh(self, batch: Batch, seen: Case | None, written: Written) -> Judged | None:
        """Judge a decision on the case as its author saw it; None where its message is not here."""
        found = _original(batch, written)
        if found is None:
            return None
        brought, message = found
        sources = JournalSources(batch, self._trust, self._cache)
        deposits = _deposits(batch, seen, written)
        pinned = self._pinned(batch.work, message.header)
        ruling = rule_on(sources, pinned, seen, written, deposits)
        evidence = gather(
            sources,
            message,
            written,
            ruling,
            newest=self._at(batch.work, batch.trust.versions),
            received_at=_received_at(batch, brought.id),
            county_decided=county_has_decided(batch.case(written.case).case, written),
        )
        inadmissible = ruling.inadmissible or _wrong_number(batch, seen, written)
        if inadmissible is not None:
            refused = Verdict(Judgement.REJECTED, (inadmissible,))
            return Judged(written, evidence, refused, is_refused=True)
        graded = verdict(evidence)
        is_refused = ruling.broken is not None or graded.judgement is Judgement.REJECTED
        return Judged(written, evidence, graded, is_refused=is_refused)

    def weigh_again(self, batch: Batch, filed: Filed) -> Judged | None:
        """Judge a decision by the sets now in force; what the rules said of it has not changed."""
        written = entries_of(batch, filed.case).get(filed.id)
        found = _original(batch, written) if written is not None else None
        if written is None or found is None:
            return None
        message = found[1]
        sources = JournalSources(batch, self._trust, self._cache)
        pinned = self._pinned(batch.work, message.header)
        records = pinned.delegations_of(filed.node)
        governs = next((each for each in records if each.id == filed.delegation), None)
        evidence = gather(
            sources,
            message,
            written,
            Ruling(governs),
            newest=self._at(batch.work, batch.trust.versions),
            received_at=filed.received_at,
            county_decided=Ground.COUNTY_DECIDED in filed.grounds,
        )
        return Judged(written, evidence, verdict(evidence), is_refused=False)

    def _judge_decision(self, batch: Batch, case: Case | None, written: Written) -> str | None:
        judged = self.weigh(batch, case, written)
        assert judged is not None, "what is judged was brought by a message"
        file_judged(batch, judged)
        if not judged.is_refused:
            return None
        # The double fault of row 1 and row 2 is refused for the rule that was broken.
        return judged.evidence.outside_power or judged.found.grounds[0]

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
        _check_case_number(batch, case, written)

    def _pinned(self, work: Work, header: Header | None) -> Holdings:
        """The sets that the header pins; what is held where the county kept no such version."""
        return self._at(work, header.trust) if header is not None else self._trust.holdings

    def _at(self, work: Work, versions: TrustVersions) -> Holdings:
        newest = self._trust.holdings
        if versions == newest.versions:
            return newest
        found = self._past.get(versions)
        if found is None:
            found = self._trust.at_in(work, versions) or newest
            self._past[versions] = found
            if len(self._past) > PAST_HOLDINGS_MAX:
                self._past.popitem(last=False)
        return found


def _original(batch: Batch, written: Written) -> tuple[Message, Message] | None:
    """The message that brought an entry, and the one that its author signed."""
    message = batch.find(written.id)
    if message is not None:
        return message, message
    for record in batch.messages_of(written.case):
        original = original_of(record.message)
        if original is not None and original.id == written.id:
            return record.message, original
    return None


def _received_at(batch: Batch, brought: MessageId) -> datetime:
    if brought in batch.records:
        return batch.now
    query = "SELECT received_at FROM message WHERE id = ?"
    return instant_of(batch.work.execute(query, (brought,)).fetchone()[0])


def _deposits(batch: Batch, seen: Case | None, written: Written) -> Mapping[MessageId, Waiting]:
    if seen is None or not isinstance(written.entry.act, TakeUpDeposit):
        return {}
    return open_deposits(batch, seen)


def _wrong_number(batch: Batch, case: Case | None, written: Written) -> str | None:
    try:
        _check_case_number(batch, case, written)
    except NumberError as refused:
        return refused.code
    return None


def _check_case_number(batch: Batch, case: Case | None, written: Written) -> None:
    if case is None or case.length == 0:
        _check_number(batch, written)
    elif written.entry.number != case.number:
        raise NumberError(f"{written.entry.number} in case {case.number}")


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
