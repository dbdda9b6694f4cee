"""Spans of a trace: what a request, and the job that it makes, spend their time on.

A trace goes through requests, rows of jobs and tasks of workers as one text, the ``traceparent`` of
W3C Trace Context. Without an exporter nothing is measured, and the text is passed on unchanged.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Protocol

Attributes = Mapping[str, str | int | float | bool]
_NONE: Attributes = MappingProxyType({})


class Span(Protocol):
    """Operation that has begun."""

    traceparent: str | None
    """Text by which other spans are its children; None outside of any trace."""
    is_recorded: bool
    """True if the span is exported."""

    def set(self, attributes: Attributes) -> None:
        """Add attributes."""

    def fail(self, reason: str) -> None:
        """Mark it as failed."""


class Tracer(Protocol):
    """Makes spans, and exports those that have ended."""

    def span(
        self, name: str, parent: str | None, attributes: Attributes, *, is_server: bool
    ) -> AbstractContextManager[Span]:
        """Return a context manager for a span that ends with its block.

        Args:
            name: of the operation, of few different values.
            parent: traceparent of its parent; None begins a trace.
            attributes: of the span.
            is_server: True for the handling of a request of another program.
        """

    def record(
        self, name: str, parent: str, interval_ns: tuple[int, int], attributes: Attributes
    ) -> str:
        """Export a span that was measured elsewhere; return its traceparent.

        Args:
            name: of the operation.
            parent: traceparent of its parent.
            interval_ns: its begin and its end, in nanoseconds since 1970.
            attributes: of the span.
        """

    def stop(self) -> None:
        """Export what has ended, within a limit, and nothing from then on."""


class _Unrecorded:
    """Span that passes on the trace of its parent."""

    is_recorded = False

    def __init__(self, traceparent: str | None) -> None:
        self.traceparent = traceparent

    def set(self, attributes: Attributes) -> None:
        pass

    def fail(self, reason: str) -> None:
        pass


class NoTracer:
    """Exports nothing."""

    @contextmanager
    def span(
        self, name: str, parent: str | None, attributes: Attributes, *, is_server: bool
    ) -> Iterator[Span]:
        """Yield a span that is not recorded."""
        yield _Unrecorded(parent)

    def record(
        self, name: str, parent: str, interval_ns: tuple[int, int], attributes: Attributes
    ) -> str:
        """Return the parent."""
        return parent

    def stop(self) -> None:
        """Do nothing."""


_CURRENT: ContextVar[str | None] = ContextVar("traceparent", default=None)
_ATTRIBUTES: ContextVar[Attributes] = ContextVar("span_attributes", default=_NONE)
_tracer: Tracer = NoTracer()


def use(tracer: Tracer) -> None:
    """Make all spans with `tracer` from now on."""
    global _tracer  # noqa: PLW0603 - one for the process, as of the log
    _tracer = tracer


def stop() -> None:
    """Export what has ended, and make no more spans."""
    tracer, no_tracer = _tracer, NoTracer()
    use(no_tracer)
    tracer.stop()


def current() -> str | None:
    """Return the traceparent of the operation in progress; None outside of a trace."""
    return _CURRENT.get()


def trace_id(traceparent: str | None) -> str | None:
    """Return the id of a trace."""
    return traceparent.split("-")[1] if traceparent else None


@contextmanager
def continue_trace(traceparent: str | None, attributes: Attributes = _NONE) -> Iterator[None]:
    """Make the spans of the block, and of the tasks that it creates, children of another.

    Args:
        traceparent: of the parent; None begins a trace with each of them.
        attributes: of all of these spans.
    """
    token, other = _CURRENT.set(traceparent), _ATTRIBUTES.set(attributes)
    try:
        yield
    finally:
        _CURRENT.reset(token)
        _ATTRIBUTES.reset(other)


@contextmanager
def span(name: str, attributes: Attributes = _NONE, *, is_server: bool = False) -> Iterator[Span]:
    """Measure the block as a child of the operation in progress; see `Tracer.span`.

    It has failed if an exception leaves the block.
    """
    all_attributes = {**_ATTRIBUTES.get(), **attributes}
    with _tracer.span(name, _CURRENT.get(), all_attributes, is_server=is_server) as begun:
        token = _CURRENT.set(begun.traceparent)
        try:
            yield begun
        except Exception as error:
            begun.fail(type(error).__name__)
            raise
        finally:
            _CURRENT.reset(token)


def record(
    name: str, parent: str, interval_ns: tuple[int, int], attributes: Attributes = _NONE
) -> str:
    """Export a span that was measured in a worker; see `Tracer.record`."""
    all_attributes = {**_ATTRIBUTES.get(), **attributes}
    return _tracer.record(name, parent, interval_ns, all_attributes)
