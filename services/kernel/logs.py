"""Structured logs: one JSON object a line with the correlation id. What may be logged is listed here; anything else is
dropped."""

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

ALLOWED = ("door", "outcome", "ms", "method", "route", "status", "service", "source", "position", "count")
_correlation: ContextVar[str] = ContextVar("correlation", default="")


@contextmanager
def correlation(id: str) -> Iterator[None]:
    token = _correlation.set(id)
    try:
        yield
    finally:
        _correlation.reset(token)


class Lines(logging.Formatter):
    """A record as one line of JSON: time, level, logger, message, correlation id and the allowed extras.

    Of an exception only its kind and place are kept: its text may quote what a user typed.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage() if record.name.startswith("services.") else record.msg,
        }
        if _correlation.get():
            line["correlation"] = _correlation.get()
        for name in ALLOWED:
            if hasattr(record, name):
                line[name] = getattr(record, name)
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            trace = error.__traceback__
            while trace is not None and trace.tb_next is not None:
                trace = trace.tb_next
            line["error"] = type(error).__name__
            if trace is not None:
                line["place"] = f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
        return json.dumps(line, ensure_ascii=False, default=str)


def configure(level: int = logging.INFO) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("kombu", "amqp", "nameko", "werkzeug", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
