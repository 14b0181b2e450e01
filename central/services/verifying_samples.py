"""The supervision samples in an export: what the county's rows draw, and what the logs draw.

A sample is nowhere written down: the county draws it anew, from rows, whenever somebody looks. So
an export says what those rows draw now, and `verify` draws again, from the seeds, the decisions and
the verdicts that were signed.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Final

from msgspec import Struct

from casework.names import MessageId, is_county
from casework.sampling import Eligible, SampleParty, sample, seed_digest
from central.services.sampling import drawn_in
from sync.bodies import SampleSeed
from sync.engine import Database, Work
from sync.exporting import Line, read_lines
from sync.payloads import Message
from sync.sampled_weeks import Week, weeks_in, weeks_of
from sync.stored import stored_body
from sync.trust_store import TrustStore

SAMPLES_FILE: Final = "samples.jsonl"

_Drawn = Mapping[SampleParty, tuple[MessageId, ...]]


class ExportedSample(Line, frozen=True):
    """What the county's rows draw for one party in one week."""

    week: str
    party: SampleParty
    decisions: tuple[MessageId, ...]


class Judged(Struct, frozen=True):
    """A decision that the logs let stand, and when the county says that it received it."""

    eligible: Eligible
    received_at: datetime


class SampledWeek(Struct, frozen=True):
    """How many the logs draw for each party, and what of it does not hold."""

    week: str
    counts: tuple[tuple[SampleParty, int], ...]
    faults: tuple[str, ...]


async def sample_lines(database: Database, store: TrustStore) -> AsyncIterator[Line]:
    zone = store.holdings.calendar.tz

    def read(work: Work) -> list[ExportedSample]:
        told = [week for week in weeks_in(work).values() if week.seed is not None]
        return [
            ExportedSample(
                week.week, party, tuple(each.id for each in drawn_in(work, week, party, zone))
            )
            for week in told
            for party in SampleParty
        ]

    for line in await database.read(read):
        yield line


def read_samples(folder: Path) -> dict[str, dict[SampleParty, tuple[MessageId, ...]]]:
    """What an export says was drawn; nothing where its node draws none."""
    found: dict[str, dict[SampleParty, tuple[MessageId, ...]]] = {}
    path = folder / SAMPLES_FILE
    for line in read_lines(path, ExportedSample) if path.exists() else ():
        found.setdefault(line.week, {})[line.party] = line.decisions
    return found


def check_samples(
    messages: Iterable[Message],
    judged: Iterable[Judged],
    shown: Mapping[str, _Drawn],
    zone: tzinfo,
) -> list[SampledWeek]:
    """Every week of which a seed was told, or a sample shown, drawn again from what was signed."""
    said = sorted(
        (each for each in messages if is_county(each.node)),
        key=lambda each: (each.header.at, each.header.seq),
    )
    weeks = weeks_of(said)
    listed = list(judged)
    told = {
        body.week
        for each in said
        if isinstance(body := stored_body(each), SampleSeed) and body.seed
    }
    faults = _broken_promises(said, weeks)
    return [
        _compare(
            week,
            weeks.get(week),
            listed,
            shown=shown.get(week, {}),
            faults=faults.get(week, []),
            zone=zone,
        )
        for week in sorted(told | shown.keys())
    ]


def _broken_promises(said: Iterable[Message], weeks: Mapping[str, Week]) -> dict[str, list[str]]:
    """What the county said of a week's seed and did not keep."""
    faults: dict[str, list[str]] = {}
    for each in said:
        body = stored_body(each)
        if not isinstance(body, SampleSeed):
            continue
        bound = weeks.get(body.week)
        if bound is None:
            faults.setdefault(body.week, []).append("tells a seed that it was never bound to")
        elif body.digest != bound.digest:
            faults.setdefault(body.week, []).append("is bound to a second seed")
        elif body.seed and seed_digest(body.week, bytes.fromhex(body.seed)) != bound.digest:
            faults.setdefault(body.week, []).append("tells another seed than it was bound to")
    return faults


def _compare(  # noqa: PLR0913 - a week with all that was said and shown of it
    name: str,
    week: Week | None,
    judged: list[Judged],
    *,
    shown: _Drawn,
    faults: list[str],
    zone: tzinfo,
) -> SampledWeek:
    if week is None or week.seed is None:
        return SampledWeek(name, (), (*faults, "is drawn by no seed that the logs hold"))
    begins, ends = week.span(zone)
    eligible = [each.eligible for each in judged if begins <= each.received_at < ends]
    drawn = {party: sample(week.seed, party, eligible) for party in SampleParty}
    found = list(faults)
    for party, expected in drawn.items():
        told = shown.get(party)
        if told is None:
            found.append(f"{party}: no sample is shown")
            continue
        missing, added = sorted(set(expected) - set(told)), sorted(set(told) - set(expected))
        found += [f"{party}: {each[:16]} is drawn by the logs, and not shown" for each in missing]
        found += [f"{party}: {each[:16]} is shown, and not drawn by the logs" for each in added]
    return SampledWeek(
        name, tuple((party, len(each)) for party, each in drawn.items()), tuple(found)
    )
