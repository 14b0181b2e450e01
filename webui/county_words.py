"""What papers say of the county as such, from its name: to whom an applicant may turn.

The bodies are those that a county has by law; a county that wants them named otherwise says so.
"""

from typing import Final

from casework.regions import County
from webui.case_words import word
from webui.paper_given import CountyWords

_SECTION: Final = "county"


def county_words(county: County, *, query_url: str = "") -> CountyWords:
    return CountyWords(
        reconsideration_body=word(_SECTION, "reconsideration_body", county=county.name),
        court=word(_SECTION, "court", county=county.name),
        query_url=query_url,
    )
