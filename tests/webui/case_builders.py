"""Cases of the real catalogue in every status, with the people and papers around them."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache

import msgspec
from msgspec.structs import replace

from casework import act as acts
from casework.act import AnyAct
from casework.approval import approvers
from casework.case import Case
from casework.entry import PartRef, Written
from casework.fold import fold
from casework.judging import why_not
from casework.limits import workdays
from casework.material import MaterialState, MaterialVerdict
from casework.matter import MatterVersion
from casework.names import CaseId, CaseNumber, DelegationId, MessageId, NodeId, OfficerId, PartHash
from casework.organisation import PositionKind
from casework.party import ApplicantSheet, Party
from casework.procedure import PROCEDURE, name_of
from casework.regions import Regions, decode_regions
from tests import county
from tests.builders import (
    CHEN,
    COUNTY,
    HALL,
    INTAKE,
    LIN,
    NOON,
    OTHER_TOWN,
    TOWN,
    VILLAGE,
    WU,
    Pad,
)
from webui.case_given import CaseGiven, Duplicate, PartStanding
from webui.names_known import Names
from webui.notices import deficiencies_of, notice_text
from webui.sync_mark import SyncMark

APPROVER = OfficerId("o0101")
LEADER = OfficerId("o0012")
SHEET = ApplicantSheet(
    applicant=Party("陈桂兰", "111", "440229193501010004", "13800138000", "龙仙镇青云村3号"),
    home=None,
    representative=None,
    agent=Party("陈小明", "111", "440229198802290014", "13900139000", "龙仙镇青云村3号"),
    relation="女儿",
)
FORM: Mapping[str, object] = {
    "settlement": "rural",
    "household_size": 2,
    "members": [{"name": "陈桂兰", "relation": "本人"}],
    "monthly_income_total": "640.50",
    "has_disabled": False,
    "bank_account": "6228480000000000018",
}
Step = tuple[NodeId, OfficerId, AnyAct] | tuple[NodeId, OfficerId, AnyAct, Mapping[str, str]]


@cache
def regions() -> Regions:
    return decode_regions((county.FOLDER / "regions.json").read_bytes())


@cache
def names() -> Names:
    listed = county.delegations()
    return Names.of(county.organisation(), regions(), listed.records, listed.instruments)


def verdicts(
    matter: MatterVersion,
    missing: Iterable[str] = (),
    deferred: Iterable[str] = (),
    failed: Iterable[str] = (),
) -> tuple[MaterialVerdict, ...]:
    return tuple(
        MaterialVerdict(need.id, MaterialState.MISSING, 0, 0, ())
        if need.id in missing
        else MaterialVerdict(need.id, MaterialState.DEFERRED, 0, 0, ())
        if need.id in deferred
        else MaterialVerdict(
            need.id,
            MaterialState.PRESENT,
            need.originals,
            need.copies,
            tuple(check.id for check in need.acceptance_standard if check.id in failed),
        )
        for need in matter.materials
    )


class Story:
    """A case as nodes write it, with the texts of its parts and the acts of its entries."""

    def __init__(self, matter: MatterVersion, *steps: Step) -> None:
        self.matter = matter
        self.texts: dict[PartHash, str] = {}
        self.pad = Pad()
        self.written: list[Written] = []
        for step in steps:
            self.add(*step)

    def add(  # noqa: PLR0913
        self,
        node: NodeId,
        officer: OfficerId,
        act: AnyAct,
        texts: Mapping[str, str] | None = None,
        *,
        delegation: str | None = None,
        at: datetime | None = None,
    ) -> "Story":
        after = self.written[-1] if self.written else None
        parts = [self._part(name, text) for name, text in (texts or {}).items()]
        written = self.pad.write(act, node=node, after=after, officer=officer, parts=parts, at=at)
        entry = replace(
            written.entry,
            matter_version=self.matter.ref,
            delegation=DelegationId(delegation) if delegation else None,
        )
        self.written.append(replace(written, entry=entry))
        return self

    def scan(self, name: str, text: str = "scan") -> "Story":
        """A scan beside the last entry."""
        last = self.written[-1]
        media = "application/pdf" if text.endswith("pdf") else "image/webp"
        part = PartRef(PartHash(hashlib.sha256(text.encode()).hexdigest()), 4096, media, name)
        entry = replace(last.entry, parts=(*last.entry.parts, part))
        self.written[-1] = replace(last, entry=entry)
        return self

    @property
    def case(self) -> Case:
        found = fold(self.written).case
        assert found is not None
        return found

    @property
    def acts(self) -> dict[MessageId, AnyAct]:
        return {each.id: each.entry.act for each in self.written}

    def _part(self, name: str, text: str) -> PartRef:
        part = PartRef(
            PartHash(hashlib.sha256((name + text).encode()).hexdigest()),
            len(text),
            "text/plain",
            name,
        )
        self.texts[part.hash] = text
        return part


ANOTHER = Duplicate(CaseId("e" * 32), CaseNumber("A-0002"), NOON, OTHER_TOWN)


def stories() -> dict[str, Story]:
    """A story that ends in each status, and one for each act that ends none."""
    m = county.matter("minimum-living-allowance")
    full, lacking = verdicts(m), verdicts(m, missing=["m1"], failed=["m2.a"])
    owing = verdicts(m, deferred=["m6"])
    told = notice_text(deficiencies_of(m, lacking), "请家属陪同。")
    collected: Sequence[Step] = (
        (VILLAGE, LIN, acts.Collect(INTAKE, full)),
        (VILLAGE, LIN, acts.HandOverPen(TOWN)),
    )
    received: Sequence[Step] = (*collected, (TOWN, WU, acts.Receive(INTAKE, full)))
    accepted: Sequence[Step] = (*received, (TOWN, WU, acts.Accept(full)))
    up: Sequence[Step] = (*accepted, (TOWN, WU, acts.HandOverPen(COUNTY)))
    review: Sequence[Step] = (*up, (COUNTY, CHEN, acts.Take()))
    granted: Sequence[Step] = (
        *review,
        (COUNTY, CHEN, acts.Opine(2, acts.Outcome.PASS), {"opinion": "情况属实"}),
        (COUNTY, CHEN, acts.DecideGrant((), "翁民低保〔2026〕18号"), {"opinion": "同意"}),
    )
    ready: Sequence[Step] = (
        *granted,
        (COUNTY, CHEN, acts.ProduceResult("翁民低保〔2026〕18号")),
        (COUNTY, CHEN, acts.ForwardResult(TOWN)),
        (COUNTY, CHEN, acts.HandOverPen(TOWN)),
    )
    delivered: Sequence[Step] = (*ready, (TOWN, WU, acts.Deliver("agent", "counter")))
    deferred: Sequence[Step] = (*received, (TOWN, WU, acts.AcceptDeferred(owing, "2026-12-04")))
    held: Sequence[Step] = (
        *deferred,
        (TOWN, WU, acts.HandOverPen(COUNTY)),
        (COUNTY, CHEN, acts.Take()),
        (COUNTY, CHEN, acts.DecideGrant((), None), {"opinion": "同意"}),
    )
    return {
        "draft": Story(m, (TOWN, WU, acts.Draft(INTAKE))),
        "collected": Story(m, *collected),
        "received": Story(m, *received).scan("m1").scan("m2", "二.pdf"),
        "awaiting_supplement": Story(
            m,
            *received,
            (TOWN, WU, acts.NotifyDeficiency(lacking, "2026-12-21"), {"notice": told}),
        ),
        "supplemented": Story(
            m,
            *received,
            (TOWN, WU, acts.NotifyDeficiency(lacking, "2026-12-21"), {"notice": told}),
            (TOWN, WU, acts.Supplement(full)),
        ),
        "accepted": Story(m, *accepted),
        "deferred": Story(m, *deferred),
        "refused_acceptance": Story(
            m,
            *received,
            (TOWN, WU, acts.RefuseAcceptance(("x1",)), {"grounds": "户籍不在本县"}),
        ),
        "in_review": Story(m, *review),
        "paused": Story(
            m,
            *review,
            (
                COUNTY,
                CHEN,
                acts.NotifyDeficiencyReview(lacking, "2026-12-21"),
                {"notice": told},
            ),
        ),
        "resumed": Story(
            m,
            *review,
            (
                COUNTY,
                CHEN,
                acts.NotifyDeficiencyReview(lacking, "2026-12-21"),
                {"notice": told},
            ),
            (COUNTY, CHEN, acts.SupplementInReview(full)),
        ),
        "decided": Story(m, *granted),
        "refused": Story(
            m,
            *review,
            (COUNTY, CHEN, acts.DecideRefuse((), ("c1",), None), {"grounds": "收入超过标准"}),
        ),
        "result_held": Story(m, *held),
        "satisfied": Story(m, *held, (COUNTY, CHEN, acts.DeferredSatisfied(full))),
        "ready": Story(m, *ready),
        "delivered": Story(m, *delivered),
        "closed": Story(
            m, *delivered, (TOWN, WU, acts.HandOverPen(COUNTY)), (COUNTY, LEADER, acts.Close())
        ),
        "withdrawn": Story(m, *accepted, (TOWN, WU, acts.Withdraw("applicant"))),
        "reclaimed": Story(
            m,
            *accepted,
            (
                COUNTY,
                LEADER,
                acts.ReclaimPen(acts.ReclaimGround.VERDICT, None, hold=True, code="E_MATERIALS"),
            ),
        ),
        "special": Story(
            m,
            *review,
            (COUNTY, CHEN, acts.StartSpecial("P1", "2026-12-01", LEADER), {"grounds": "一律公示"}),
        ),
        "extension": Story(
            m,
            *review,
            (COUNTY, CHEN, acts.RequestExtension(workdays(10)), {"grounds": "须再次入户调查"}),
        ),
        "fee": Story(
            priced := county.matter("real-estate-mortgage"),
            (TOWN, WU, acts.Receive(INTAKE, verdicts(priced))),
        ),
        **_rarer(m, received, review, granted, delivered, deferred),
        "instant": Story(
            instant := county.matter("resident-pension-enrolment"),
            (TOWN, WU, acts.Instant(INTAKE, verdicts(instant), (), None, "applicant")),
        ),
    }


def _rarer(  # noqa: PLR0913, PLR0917
    m: MatterVersion,
    received: Sequence[Step],
    review: Sequence[Step],
    granted: Sequence[Step],
    delivered: Sequence[Step],
    deferred: Sequence[Step],
) -> dict[str, Story]:
    """What happens to a case now and then."""
    full, lacking = verdicts(m), verdicts(m, missing=["m1"])
    up = county.matter("ordinary-passport")
    papers = verdicts(up)
    closed: Sequence[Step] = (
        *delivered,
        (TOWN, WU, acts.HandOverPen(COUNTY)),
        (COUNTY, CHEN, acts.Close()),
    )
    why = {"grounds": "经核实，情况属实"}
    annulled = {**why, "told": "原决定已经撤销，请到窗口交回"}
    ground = acts.TerminationGround.PRECONDITION_GONE
    return {
        "submitted": Story(m, (TOWN, WU, acts.SubmitOnline(INTAKE, full))),
        "supplied_online": Story(
            m,
            (TOWN, WU, acts.SubmitOnline(INTAKE, lacking)),
            (TOWN, WU, acts.Receive(INTAKE, lacking)),
            (TOWN, WU, acts.NotifyDeficiency(lacking, "2026-12-21")),
            (TOWN, WU, acts.Supplement(full)),
        ),
        "pre_returned": Story(
            m,
            (TOWN, WU, acts.SubmitOnline(INTAKE, lacking)),
            (TOWN, WU, acts.PreReturn(), {"notice": "请补签名"}),
        ),
        "lapsed": Story(
            m,
            *received,
            (TOWN, WU, acts.NotifyDeficiency(lacking, "2026-12-21")),
            (TOWN, WU, acts.HandOverPen(COUNTY)),
            (COUNTY, CHEN, acts.Lapse()),
        ),
        "deemed": Story(m, *received, (TOWN, WU, acts.DeemAccepted())),
        "extended": Story(
            m,
            *review,
            (COUNTY, CHEN, acts.RequestExtension(workdays(10)), {"grounds": "须再次入户调查"}),
            (COUNTY, LEADER, acts.GrantExtension(workdays(10))),
        ),
        "special_ended": Story(
            m,
            *review,
            (COUNTY, CHEN, acts.StartSpecial("P1", "2026-12-01", LEADER), {"grounds": "一律公示"}),
            (COUNTY, CHEN, acts.EndSpecial("P1"), {"opinion": "公示无异议"}),
        ),
        "forwarded": Story(
            up,
            (TOWN, WU, acts.Receive(INTAKE, papers)),
            (TOWN, WU, acts.SettleFee(0, 12_000, None)),
            (TOWN, WU, acts.Accept(papers)),
            (TOWN, WU, acts.HandOverPen(COUNTY)),
            (COUNTY, CHEN, acts.Take()),
            (COUNTY, CHEN, acts.ForwardUp("韶关市公安局"), {"opinion": "初审符合条件"}),
        ),
        "deferral_lapsed": Story(
            m,
            *deferred,
            (TOWN, WU, acts.HandOverPen(COUNTY)),
            (COUNTY, CHEN, acts.DeferredLapse(acts.OverdueEffect.REFUSE)),
        ),
        "terminated": Story(m, *review, (COUNTY, CHEN, acts.Terminate(ground, LEADER), why)),
        "corrected": Story(
            m, *closed, (COUNTY, CHEN, acts.Correct("翁民低保〔2026〕18-1号", LEADER), why)
        ),
        "revoked": Story(
            m, *closed, (COUNTY, CHEN, acts.Revoke(acts.RevocationGround.DECEIT, LEADER), annulled)
        ),
        "reopened": Story(m, *closed, (COUNTY, CHEN, acts.Reopen(LEADER), annulled)),
        "merged": Story(m, *review, (COUNTY, CHEN, acts.MergeInto(CaseId("e" * 32)))),
        "green": Story(m, *granted[:-1], (COUNTY, CHEN, acts.OpenGreenChannel(LEADER), why)),
    }


def given_of(  # noqa: PLR0913
    story: Story,
    *,
    node: NodeId = TOWN,
    officer: OfficerId = WU,
    now: datetime | None = None,
    unmasked: bool = False,
    sync: SyncMark | None = None,
    arrived: bool = True,
    duplicates: tuple[Duplicate, ...] = (),
) -> CaseGiven:
    case = story.case
    at = now or story.written[-1].at + timedelta(hours=3)
    standing = county.a_standing(node, officer, story.matter, now=at)
    held = PartStanding("arrived", 4096, 4096) if arrived else PartStanding("waiting", 1024, 4096)
    return CaseGiven(
        case=case,
        matter=story.matter,
        calendar=county.calendar(),
        now=at,
        node=node,
        names=names(),
        base_url=f"/cases/{case.id}",
        why_not={name_of(kind): why_not(case, kind, standing) for kind in PROCEDURE},
        applicant=SHEET,
        form=FORM,
        texts=story.texts,
        parts={part.ref.hash: held for part in case.parts},
        acts=story.acts,
        sync=sync or SyncMark("in_transit", 40),
        unmasked=unmasked,
        unmask_url=f"/cases/{case.id}/unmask",
        destinations={COUNTY: names().node(COUNTY), TOWN: names().node(TOWN)},
        counters={TOWN: names().node(TOWN), OTHER_TOWN: names().node(OTHER_TOWN), HALL: "县大厅"},
        departments={each.id: each.name for each in county.organisation().departments},
        colleagues=approvers(PositionKind, standing),
        duplicates=duplicates,
        judges=True,
    )


def as_json(value: object) -> str:
    return msgspec.json.encode(value).decode()
