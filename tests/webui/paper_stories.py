"""What the papers of a story are made from, and one paper of every kind that stories bring."""

from functools import cache

from msgspec.structs import replace

from casework import act as acts
from tests import county
from tests.builders import INTAKE, NOON, TOWN, WU
from tests.webui.case_builders import Story, given_of, stories, verdicts
from webui.documents import Paper, PaperKind, Place
from webui.paper_sheets import Situation, Told, consultation_sheet
from webui.papers import CountyWords, PaperGiven, paper_for, papers_of

WORDS = CountyWords(reconsideration_body="翁源县人民政府", court="翁源县人民法院")
PLACES = {TOWN: Place(name="龙仙镇公共服务中心", address="农商广场旁", phone="0751-0000000")}


def given_for(story: Story, **options: object) -> PaperGiven:
    given = PaperGiven.of(given_of(story), WORDS, places=PLACES)
    return replace(given, **options) if options else given


@cache
def papers_of_stories() -> dict[PaperKind, Paper]:
    """In force, by its kind: the first that any story brings."""
    found: dict[PaperKind, Paper] = {}
    for story in stories().values():
        for link in papers_of(story.case, story.matter):
            if link.kind not in found and not story.case.held:
                found[link.kind] = paper_for(
                    link.kind, given_for(story), now=NOON, entry=link.entry, final=True
                )
    found[PaperKind.RECLAIM_RECORD] = paper_for(
        PaperKind.RECLAIM_RECORD, given_for(stories()["reclaimed"]), now=NOON, final=True
    )
    return found | _without_a_story()


def _without_a_story() -> dict[PaperKind, Paper]:
    """What people sign beside their application, and the sheet of what a matter asks for."""
    offering = county.matter("company-registration")
    story = Story(offering, (TOWN, WU, acts.Receive(INTAKE, verdicts(offering))))
    told = Told(issuer="翁源县民政局", office="龙仙镇公共服务中心", officer="吴敏")
    allowance = county.matter("minimum-living-allowance")
    signed = (PaperKind.COMMITMENT, PaperKind.ENTRUSTMENT)
    return {
        **{kind: paper_for(kind, given_for(story), now=NOON, final=True) for kind in signed},
        PaperKind.CONSULTATION_SHEET: consultation_sheet(allowance, Situation(), told, NOON),
    }
