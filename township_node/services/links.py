"""The ways from a service centre to its parent: by the broker, and over HTTPS where that fails."""

from casework.names import is_county
from sync.carriers.https import HttpsLink
from sync.carriers.nats import BrokerKey, NatsLink, NatsSettings
from sync.carriers.port import Link
from sync.runtime import Runtime
from sync.subjects import NODE
from township_node.settings import Settings


def links_up(settings: Settings, runtime: Runtime) -> list[Link]:
    """The first is preferred; a sub-centre below a township has only the second."""
    parent, exchange, files = runtime.parent, runtime.node.exchange, runtime.made.files
    assert parent is not None, "a service centre stands below another node"
    links: list[Link] = []
    url = settings.nats_url or runtime.made.identity.nats_url
    if url is not None and is_county(parent):
        key = BrokerKey.read(files.nats_seed.read_text(encoding="ascii"))
        broker = NatsSettings(url=url, key=key, ca_file=settings.ca_file)
        links.append(NatsLink(broker, exchange, neighbour=parent, side=NODE, turn=runtime.turn))
    if settings.county_url is not None:
        links.append(
            HttpsLink(
                settings.county_url,
                exchange,
                neighbour=parent,
                turn=runtime.turn,
                ca_file=settings.ca_file,
            )
        )
    return links
