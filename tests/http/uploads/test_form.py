"""POST /export with malformed forms: each gets its code, and leaves nothing behind."""

import numpy as np
import pytest

from tests.harness.media import wav_of
from tests.http.conftest import Running
from tests.http.wire import FORM, chunked, exchange, form, head, part, post

AUDIO = part("audio", b"RIFF", filename="a.wav")
TRACK = part("audio", wav_of(np.zeros((4800, 2)), 48_000), filename="a.wav")
"""A track without a cover, which would replace a photo."""
PHOTO = part("photo", b"\xff\xd8", filename="p.jpg")
HUGE = b"x" * (1024 * 1024 + 1)


def field(name: str, value: str) -> bytes:
    return post(form(part(name, value), AUDIO, PHOTO))


def in_audio(*headers: str) -> bytes:
    """Return a form whose audio part has further headers."""
    return post(form(part("audio", b"x", *headers)))


def of_kind(content_type: str) -> bytes:
    return post(form(AUDIO, PHOTO), content_type=content_type)


EXPORT = ("POST /export", f"Content-Type: {FORM}")
IN_CHUNKS = head(*EXPORT, "Transfer-Encoding: chunked")
Group = tuple[int, str, str | None, dict[str, bytes]]
GROUPS: list[Group] = [
    (
        415,
        "unsupported_content_type",
        None,
        {
            "no content type": head("POST /export", "Content-Length: 2") + b"{}",
            "json": of_kind("application/json"),
            "urlencoded": of_kind("application/x-www-form-urlencoded"),
            "other multipart": of_kind("multipart/mixed; boundary=x"),
        },
    ),
    (
        415,
        "unsupported_content_encoding",
        None,
        {
            "gzip": post(b"\x1f\x8b" + bytes(100), "Content-Encoding: gzip"),
            "brotli over gzip": post(b"1234", "Content-Encoding: gzip, br"),
        },
    ),
    (
        400,
        "malformed_multipart",
        None,
        {
            "no boundary": of_kind("multipart/form-data"),
            "empty boundary": of_kind('multipart/form-data; boundary=""'),
            "71 characters of boundary": of_kind(f"multipart/form-data; boundary={'b' * 71}"),
            "two boundaries": of_kind(f"{FORM}; boundary=other"),
            "wrong boundary": of_kind("multipart/form-data; boundary=other"),
            "an empty body": post(b""),
            "text after the form": post(form(AUDIO, PHOTO) + b"x" * 2000),
            "text before the form": post(b"x" * 2000 + b"\r\n" + form(AUDIO, PHOTO)),
            "a nested form": in_audio("Content-Type: multipart/mixed; boundary=i"),
            "1 500 nested forms": post(
                b"".join(
                    part("audio", b"", "Content-Type: multipart/form-data; boundary=x")
                    for _ in range(1500)
                )
            ),
            "a base64 part": in_audio("Content-Transfer-Encoding: base64"),
            "an unknown transfer encoding": in_audio("Content-Transfer-Encoding: rot13"),
            "a gzip part": in_audio("Content-Encoding: gzip"),
            "a long part header": in_audio("X: " + "y" * 20_000),
            "200 part headers": in_audio(*[f"X-{n}: {'y' * 60}" for n in range(200)]),
            "a folded part header": in_audio("X: y", " z"),
            "two dispositions": in_audio('Content-Disposition: form-data; name="photo"'),
            "a part without a name": post(form(part("", b"x"))),
            "a NUL in a file name": post(form(part("audio", b"x", filename="a\0b"))),
        },
    ),
    (
        400,
        "upload_incomplete",
        None,
        {
            "no final boundary": post(AUDIO + PHOTO),
            "cut in a part header": post(AUDIO + b"--x-toqibox-boundary\r\nContent-Dispo"),
            "cut in a boundary": post(AUDIO + b"--x-toqibox"),
        },
    ),
    (400, "malformed_request", None, {"a bad chunk": IN_CHUNKS + b"zz\r\n"}),
    (400, "missing_field", "audio", {"an empty form": post(form())}),
    (400, "missing_field", "photo", {"no photo": post(form(TRACK))}),
    (
        400,
        "missing_field",
        "audio",
        {"no audio chosen": post(form(part("audio", b"", filename=""), PHOTO))},
    ),
    (
        400,
        "missing_field",
        "photo",
        {"no photo chosen": post(form(TRACK, part("photo", b"", filename="")))},
    ),
    (400, "duplicate_field", "audio", {"audio twice": post(form(AUDIO, AUDIO))}),
    (
        400,
        "duplicate_field",
        "plan",
        {"plan twice": post(form(part("plan", "free"), part("plan", "free")))},
    ),
    (400, "unknown_field", "isPremium", {"an unknown field": field("isPremium", "true")}),
    (400, "unknown_field", "_charset_", {"a _charset_ field": field("_charset_", "utf-16")}),
    (
        400,
        "unknown_field",
        "f0",
        {"10 000 parts": post(form(*[part(f"f{n}", "") for n in range(10_000)]))},
    ),
    (
        400,
        "unknown_field",
        "plan",
        {"a field in the address": field("fps", "30").replace(b"/export", b"/export?plan=free")},
    ),
    (
        413,
        "body_too_large",
        None,
        {"a length over the limit": head(*EXPORT, "Content-Length: 99999999")},
    ),
    (
        413,
        "file_too_large",
        "audio",
        {
            "a file over the limit": post(form(part("audio", HUGE))),
            "the same in chunks": IN_CHUNKS + chunked(form(part("audio", HUGE)), 65_536),
        },
    ),
    (413, "duration_too_long", "duration", {"a long duration": field("duration", "240.001")}),
    (422, "undecodable_audio", "audio", {"an empty audio": post(form(part("audio", b""), PHOTO))}),
    (422, "undecodable_image", "photo", {"an empty photo": post(form(AUDIO, part("photo", b"")))}),
    (
        422,
        "unknown_effect",
        "effect",
        {
            "a path as effect": field("effect", "../../x"),
            "an effect in another case": field("effect", "Breathe"),
            "a prototype as effect": field("effect", "__proto__"),
        },
    ),
    (422, "undecodable_image", "photo2", {"an empty photo2": field("photo2", "")}),
    (422, "invalid_parameter", "webhook", {"a webhook": field("webhook", "https://example.org")}),
    (422, "invalid_parameter", "allowFlashing", {"allowFlashing": field("allowFlashing", "yes")}),
    (422, "invalid_parameter", "params", {"a huge field": field("params", " " * 1_000_000)}),
    (422, "invalid_parameter", "params.nope", {"no such parameter": field("params", '{"nope":1}')}),
    (422, "invalid_parameter", "duration", {"a bad duration": field("duration", "NaN")}),
    (
        422,
        "invalid_parameter",
        "title",
        {
            "latin-1 text": post(form(part("title", "\xe9".encode("latin-1")))),
            "a megabyte of text": field("title", "x" * 1_000_000),
        },
    ),
    (
        422,
        "invalid_parameter",
        "duration",
        {
            "UTF-16": post(form(part("duration", "9".encode("utf-16-le")))),
            "a byte order mark": post(form(part("duration", "\ufeff9"))),
        },
    ),
    (
        400,
        "unknown_field",
        "font",
        {"a path of a font": field("font", "/etc/passwd")},
    ),
]
REFUSED = [
    pytest.param(sent, status, code, name, id=case)
    for status, code, name, cases in GROUPS
    for case, sent in cases.items()
]


@pytest.mark.fault(
    "A01", "A02", "A03", "A04", "B17", "C01", "C02", "C03", "C05", "C06", "C07", "C08", "C09",
    "C10", "C11", "C12", "D01", "D06", "D08", "D09", "D12", "D14", "D15", "E03", "E23",
)  # fmt: skip
@pytest.mark.parametrize(("sent", "status", "code", "name"), REFUSED)
async def test_a_wrong_upload_is_refused_and_leaves_nothing(
    running: Running, sent: bytes, status: int, code: str, name: str | None
) -> None:
    response = await exchange(running.port, sent, wait_s=60)
    assert (response.status, response.code, response.json.get("field")) == (status, code, name)
    assert response.headers["access-control-allow-origin"] == "*"
    assert ("the file is empty" in response.json["error"]) == code.startswith("undecodable")
    assert response.json["requestId"] == response.headers["x-request-id"]
    text = response.body.decode()
    assert not any(x in text for x in (str(running.config.data_dir), "Traceback", "ffmpeg", "0x"))
    assert await running.spool_is_empty()


async def test_a_field_in_the_address_belongs_in_the_form(running: Running) -> None:
    sent = field("fps", "30").replace(b"/export", b"/export?plan=free")
    error = (await exchange(running.port, sent)).json["error"]
    assert error.startswith("There is no field “?plan”. Send it in the form.")
