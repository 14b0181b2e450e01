"""To whom the pen goes once the village has done its part."""

from casework import act as acts
from casework.case import Case
from sync.desk import Sitting
from village_agent.services.station import Station


async def upward(station: Station, sitting: Sitting, case: Case | None = None) -> acts.HandOverPen:
    """To the county, which decides; a laptop past its lease may only hand over to its township."""
    standing = await station.desk.standing(sitting, case)
    lease = standing.lease
    in_contact = lease is not None and standing.now <= lease.until
    return acts.HandOverPen(station.county if in_contact else station.parent)
