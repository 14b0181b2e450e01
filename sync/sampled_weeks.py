"""The weeks for which the county has bound itself, as any node holds them (`casework.sampling`)."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

from msgspec import Struct

from casework.names import is_county
from casework.sampling import seed_digest
from sync.bodies import SampleSeed
from sync.engine import Work
from sync.payloads import SAMPLE_SEED, Message
from sync.stored import instant_of, stored_body, stored_message

_WEEKS: Final = "SELECT wire FROM message WHERE kind = ? ORDER BY arrival"


class Week(Struct, frozen=True):
    """A week that the county has bound itself for; its seed once that was told and fits."""

    week: str
    digest: str
    committed_at: datetime
    seed: bytes | None

    def span(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """From Monday's first instant, or when the county was bound, to the next Monday's."""
        year, _, number = self.week.partition("-W")
        monday = date.fromisocalendar(int(year), int(number), 1)
        begins = datetime.combine(monday, time.min, zone)
        ends = datetime.combine(monday + timedelta(days=7), time.min, zone)
        return max(begins, self.committed_at), ends


def weeks_in(work: Work) -> dict[str, Week]:
    rows = work.execute(_WEEKS, (SAMPLE_SEED.name,)).fetchall()
    return weeks_of(stored_message(wire) for (wire,) in rows)


def weeks_of(messages: Iterable[Message]) -> dict[str, Week]:
    """By name. The first digest of a week binds; a seed that does not fit it is none."""
    found: dict[str, Week] = {}
    for message in messages:
        body = stored_body(message)
        if not isinstance(body, SampleSeed) or not is_county(message.node):
            continue
        seed = bytes.fromhex(body.seed) if body.seed is not None else None
        bound = found.get(body.week)
        if bound is None and seed is None:
            at = instant_of(message.header.at)
            found[body.week] = Week(body.week, body.digest, at, None)
        elif bound and seed is not None and seed_digest(body.week, seed) == bound.digest:
            found[body.week] = Week(body.week, bound.digest, bound.committed_at, seed)
    return found
