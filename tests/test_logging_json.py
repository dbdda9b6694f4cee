"""Lines of the log: their facts, and those of the context that they are logged in."""

import asyncio
import json
import logging
import time
from contextvars import Context

import pytest

from server import logging_json
from server.logging_json import log_context, log_event

_LOG = logging.getLogger("test")


@pytest.mark.fault("E22")
@pytest.mark.parametrize(
    "text",
    ["a\r\nb", "\x1b[31mred", '"}{"event": "forged"}', "\x00\u2028\x85", "\ud800", "x" * 9000],
    ids=["line ends", "escape sequence", "quotes", "separators", "surrogate", "long"],
)
def test_any_text_stays_in_its_line(capsys: pytest.CaptureFixture[str], text: str) -> None:
    logging_json.set_up()
    log_event(_LOG, logging.INFO, "a.line", agent=text, **{"path": text})
    written = capsys.readouterr().err
    assert written.isascii()
    assert written.replace("\n", "").isprintable()
    (line,) = written.splitlines()
    facts = json.loads(line)
    assert (facts["event"], facts["agent"], facts["path"]) == ("a.line", text[-2000:], text[-2000:])


async def test_a_line_has_the_facts_of_its_context(capsys: pytest.CaptureFixture[str]) -> None:
    logging_json.set_up()

    async def work() -> None:
        _LOG.warning("a.task")
        await asyncio.to_thread(_LOG.warning, "a.thread")

    with log_context(request="r1", trace=None):
        with log_context(job="j1"):
            task = asyncio.create_task(work())
            separate = asyncio.create_task(work(), context=Context())
            log_event(_LOG, logging.INFO, "a.line", job="j2", other=None)
        log_event(_LOG, logging.INFO, "a.request")
    await asyncio.gather(task, separate)
    _LOG.warning("no.context")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    facts = [(line["event"], line.get("job"), line.get("request")) for line in lines]
    assert facts[:2] == [("a.line", "j2", "r1"), ("a.request", None, "r1")]
    assert sorted(facts[2:], key=str) == [
        ("a.task", "j1", "r1"), ("a.task", None, None),
        ("a.thread", "j1", "r1"), ("a.thread", None, None),
        ("no.context", None, None),
    ]  # fmt: skip
    assert all("trace" not in line and "other" not in line for line in lines)


@pytest.mark.fault("K02")
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/New_York", "UTC-14", "X+12Y"])
def test_times_are_utc_in_every_zone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    """Times on both sides of a change to summer time, and one of a leap second."""
    logging_json.set_up()
    moments = {
        1_711_846_799.0: "2024-03-31T00:59:59.000Z",
        1_711_846_800.0: "2024-03-31T01:00:00.000Z",
        1_483_228_799.5: "2016-12-31T23:59:59.500Z",
        1_730_613_600.0: "2024-11-03T06:00:00.000Z",
    }
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        for moment in moments:
            record = _LOG.makeRecord("test", logging.WARNING, "", 0, "a.line", (), None)
            record.created = moment
            _LOG.handle(record)
    finally:
        monkeypatch.undo()
        time.tzset()
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["time"] for line in lines] == list(moments.values())
