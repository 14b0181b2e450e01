"""What a node says of itself while it runs: one JSON object a line, each with its event's name.

Never what a resident said or is: names, numbers and file names stay out of every event, and ids
of cases and messages, which say nothing by themselves, come in.
"""

import logging
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, Final, TextIO

import structlog

from casework.instants import instant_text
from sync.clock import Clock

# A traceback may hold what a variable held; where and what failed is enough.
_FORMATTER: Final = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)


def configure_logging(
    level: str, clock: Clock, *, node: str | None = None, file: Path | None = None
) -> None:
    """Write structured lines to a file or to standard error, those of libraries included."""
    stream: TextIO = sys.stderr if file is None else file.open("a", encoding="utf-8", buffering=1)
    number = logging.getLevelNamesMapping()[level.upper()]

    def stamp(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["at"] = instant_text(clock.now())
        if node is not None:
            event.setdefault("node", node)
        return event

    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        stamp,
        _FORMATTER,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(number)
    # These write a line for every request with its address, or for every connection.
    for name in ("httpx", "httpcore", "uvicorn.access", "piccolo"):
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
