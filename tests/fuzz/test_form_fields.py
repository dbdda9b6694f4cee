"""The text fields of an export: valid values, or an error of the field."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from server.config import Config
from server.errors import ToqiboxError
from server.jobs.model.job_cursor import JobCursor
from server.jobs.submission.fields import FITS, TEXT_FIELDS, check_name, check_text, frame_count
from server.settings.readers import FRAME_RATES
from tests.fuzz.harness import short
from tests.fuzz.inputs import texts_of

CONFIG = Config(webhook_secrets=(b"a" * 32,))
CODES = {"invalid_parameter", "duration_too_long", "unknown_effect"}
IDS = st.from_regex(r"[A-Za-z0-9_-]{21,23}", fullmatch=True)
TOKENS = (
    *('[{"id": "', '", "params": {', "}}]", '"photo": "', "{", "}", "#ff0000", "1e9", "-1", "."),
    *("drop", "best", "16:9", "true", "https://a.example/", "free", "premium", "60", "１"),
    "\u202e",
    *("9" * 399, "0" * 400, "NaN", "Infinity", "\0", "\ud800"),
)
TEXTS = texts_of(*TOKENS, max_tokens=8) | st.text() | IDS


@short
@given(st.sampled_from(TEXT_FIELDS), TEXTS)
def test_a_field_has_a_valid_value_or_is_refused(name: str, text: str) -> None:
    check_name(name)
    try:
        value = check_text(name, text, CONFIG)
    except ToqiboxError as error:
        assert error.code in CODES
        assert str(error.field).split(".")[0].split("[")[0] == name
        assert error.sentence("ru")
        return
    if isinstance(value, Decimal):
        assert value.is_finite()
        assert value >= 0
    if name == "fit":
        assert value in (None, *FITS)


@short
@given(st.text(max_size=90))
def test_an_unknown_field_is_refused(name: str) -> None:
    try:
        check_name(name)
    except ToqiboxError as error:
        assert (error.code, len(error.field or "")) == ("unknown_field", min(len(name), 64))
    else:
        assert name in (*TEXT_FIELDS, "audio", "photo", "photo2")


@short
@given(st.decimals("0.000000001", 10**12, allow_nan=False), st.sampled_from(FRAME_RATES))
def test_a_video_has_a_frame(duration: Decimal, fps: int) -> None:
    assert frame_count(duration, fps) >= max(1, int(duration * fps))


@short
@given(TEXTS | st.from_regex(r"[0-9]{1,16}-[A-Za-z0-9_-]{22}", fullmatch=True))
def test_a_cursor_is_read_as_it_is_written(text: str) -> None:
    cursor = JobCursor.parse(text)
    if cursor is not None:
        assert JobCursor.parse(str(cursor)) == cursor
        assert cursor.created_at < 2**63
