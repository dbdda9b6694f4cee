import json
from dataclasses import replace
from decimal import Decimal

import pytest

from server.config import Config
from server.effects.library.library import BUILT_IN, Library
from server.errors import ToqiboxError
from server.jobs.submission import fields
from server.jobs.submission.presets import Presets
from server.jobs.submission.request import check_request, resolve
from server.protocol.results.media import DecodedAudio, PreparedPhoto, PreparedUploads

CONFIG = Config()

BAD = [
    *(
        ("duration", text)
        for text in (
            "0",
            "-1",
            "1e9",
            "NaN",
            "inf",
            "0x10",
            "1_000",
            "１０",
            "10abc",
            "1e-9",
        )
    ),
    ("duration", "."),
    ("start", "-0"),
    ("start", " 1"),
    *(("tempo", text) for text in ("39", "240.1", "1e2", "-90", "120bpm", "NaN", "0120")),
    ("plan", "gold"),
    ("aspect", "16x9"),
    ("fit", "stretch"),
    ("fps", "29.97"),
    ("fps", "0"),
    ("fps", "030"),
    ("title", "a" * 201),
    ("title", "a\x00b"),
    ("artist", "a\x1bb"),
    ("artist", "\ud800"),
    ("params", "[]"),
    ("params", "{"),
    ("params", '{"a": NaN}'),
    ("params", '{"a": 1, "a": 2}'),
    ("params", '{"a": Infinity}'),
    ("params", '{"a":' + "[" * 5000 + "]" * 5000 + "}"),
    ("params", '{"a": "' + "x" * 17_000 + '"}'),
    ("effect", "[]"),
    ("effect", '[{"id": "spin"}'),
    ("effect", json.dumps([{"id": "spin"}] * 9)),
    ("effect", json.dumps([{"id": "spin", "params": {"a": "x" * 66_000}}])),
    *(("codec", text) for text in ("h265", "H264", "x264", "vp9")),
    *(("quality", text) for text in ("best", "High", "20")),
    *(("allowFlashing", text) for text in ("yes", "True", "01", " 1")),
]


@pytest.mark.fault("D01", "D04", "D07", "D09")
@pytest.mark.parametrize(("name", "text"), BAD)
def test_bad_values_are_refused_by_name(name: str, text: str) -> None:
    with pytest.raises(ToqiboxError) as caught:
        fields.check_text(name, text, CONFIG)
    assert caught.value.code == "invalid_parameter"
    assert caught.value.field == name


@pytest.mark.parametrize("text", ['{"a": 1,}', "[" * 5000, "{"])
def test_the_position_of_invalid_json_is_reported(text: str) -> None:
    with pytest.raises(ToqiboxError) as caught:
        fields.check_text("params", text, CONFIG)
    assert "JSON" in str(caught.value.values["reason"])
    with pytest.raises(ToqiboxError, match="a list of 1 to 8 effects"):
        fields.check_text("effect", '{"id": "bars"}', CONFIG)


@pytest.mark.parametrize(
    ("chain", "field"),
    [
        (["spin"], "effect[0]"),
        ([{"id": "spin"}, {"id": 7}], "effect[1]"),
        ([{"id": "spin"}, {"params": {}}], "effect[1]"),
        ([{"id": "spin", "param": {}}], "effect[0].param"),
        ([{"id": "spin", "params": []}], "effect[0].params"),
        ([{"id": "spin", "params": {"a": "x" * 17_000}}], "effect[0].params"),
    ],
)
def test_an_error_in_a_chain_has_its_place(chain: object, field: str) -> None:
    with pytest.raises(ToqiboxError) as caught:
        fields.check_text("effect", json.dumps(chain), CONFIG)
    assert (caught.value.code, caught.value.field) == ("invalid_parameter", field)


def test_a_chain_is_a_list_of_effects_and_their_params() -> None:
    chain = [{"id": "spin"}, {"id": "bars", "params": {"count": 9}}]
    chain_value = fields.check_text("effect", f"  {json.dumps(chain)}", CONFIG)
    assert chain_value == (("spin", {}, None), ("bars", {"count": 9}, None))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("183.77142857142857", "183.771428571"), (".5", "0.5"), ("30.", "30"), ("007", "7")],
)
def test_durations_as_programs_write_them(text: str, seconds: str) -> None:
    assert fields.check_text("duration", text, CONFIG) == Decimal(seconds)


@pytest.mark.fault("D01")
@pytest.mark.parametrize("text", ["240.001", "9999999", "9" * 400, "9" * 400 + ".5"])
def test_too_long_a_duration_has_its_own_code(text: str) -> None:
    assert fields.check_text("duration", "240", CONFIG) == 240
    with pytest.raises(ToqiboxError) as caught:
        fields.check_text("duration", text, CONFIG)
    assert caught.value.code == "duration_too_long"


def test_a_start_may_be_written_with_any_number_of_digits() -> None:
    assert fields.check_text("start", "9999999", CONFIG) == 9_999_999
    assert fields.check_text("start", "9" * 400, CONFIG) == 10**12


@pytest.mark.fault("D07")
@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"a":' + "[" * 5000 + "]" * 5000 + "}", "nested more than 32 levels deep"),
        ('{"a": ' + "[" * 32 + "]" * 32 + "}", "nested more than 32 levels deep"),
        ('{"a": NaN}', "NaN is not allowed in JSON"),
        ('{"a": -Infinity}', "-Infinity is not allowed in JSON"),
        ('{"a": 1, "a": 2}', "“a” occurs twice"),
        ('{"a": ' + "1" * 5000 + "}", "too many digits"),
        ('{"a": [1, }', "invalid JSON at character 11"),
    ],
)
def test_unsupported_json_is_refused_with_a_reason(text: str, why: str) -> None:
    with pytest.raises(ToqiboxError, match=why):
        fields.check_text("params", text, CONFIG)


def test_brackets_in_strings_do_not_nest() -> None:
    text = json.dumps({"a": "[" * 100, "b": '"\\' + "{" * 100})
    assert fields.check_text("params", text, CONFIG) == json.loads(text)
    deep = '{"a": ' + "[" * 31 + "]" * 31 + "}"
    assert fields.check_text("params", deep, CONFIG) == json.loads(deep)


@pytest.mark.fault("D06")
@pytest.mark.parametrize("text", ["../../etc/passwd", "a" * 65, "a\x00"])
def test_impossible_effect_ids_are_unknown(text: str) -> None:
    if "/" in text:
        assert fields.check_text("effect", text, CONFIG) == text  # the library knows no such id
        return
    with pytest.raises(ToqiboxError, match="effect"):
        fields.check_text("effect", text, CONFIG)


@pytest.mark.parametrize(
    ("text", "flag"), [("true", True), ("1", True), ("false", False), ("0", False)]
)
def test_flags(text: str, *, flag: bool) -> None:
    assert fields.check_text("allowFlashing", text, CONFIG) is flag


@pytest.mark.fault("D16")
def test_a_webhook_needs_a_secret_of_the_server() -> None:
    url = "https://hooks.example.org/done"
    with pytest.raises(ToqiboxError, match="WEBHOOK_SECRET"):
        fields.check_text("webhook", url, CONFIG)
    signing = replace(CONFIG, webhook_secrets=(bytes(32),))
    assert fields.check_text("webhook", url, signing) == url
    with pytest.raises(ToqiboxError, match="public internet") as caught:
        fields.check_text("webhook", "https://localhost/", signing)
    assert (caught.value.code, caught.value.field) == ("invalid_parameter", "webhook")


def test_an_unknown_field_is_named_as_it_was_sent() -> None:
    """Those that are known have their names too, also where a field of this name has a title."""
    with pytest.raises(ToqiboxError) as caught:
        fields.check_known("photo", ("audio",))
    assert caught.value.sentence("en") == "There is no field “photo”. Known fields: audio."


@pytest.mark.parametrize("text", ["NaN", "drop", "best"])
def test_a_beginning_that_is_not_selected_is_in_seconds(text: str) -> None:
    fields.check_plain_start("")
    fields.check_plain_start("1.5")
    with pytest.raises(ToqiboxError, match=r"such as 12\.5\.$") as caught:
        fields.check_plain_start(text)
    assert caught.value.field == "start"


def test_unknown_fields_name_the_known_ones() -> None:
    with pytest.raises(ToqiboxError) as caught:
        fields.check_name("isPremium")
    assert caught.value.code == "unknown_field"
    assert "duration" in str(caught.value)
    assert "Did you mean" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        *(("efect", "effect"), ("duraton", "duration"), ("trackid", "trackId")),
        *(("allow_flashing", "allowFlashing"), ("image", "images"), ("web_hook", "webhook")),
    ],
)
def test_a_misspelt_field_names_the_one_that_was_meant(name: str, meant: str) -> None:
    with pytest.raises(ToqiboxError, match=f"Did you mean “{meant}”\\?"):
        fields.check_name(name)


def test_a_misspelt_image_names_the_one_that_was_meant() -> None:
    with pytest.raises(ToqiboxError, match="did you mean “photo2”"):
        fields.check_text("images", '{"foto2": "a"}', CONFIG)


@pytest.mark.parametrize("name", fields.TEXT_FIELDS)
def test_empty_text_means_the_default(name: str) -> None:
    assert fields.check_text(name, "", CONFIG) is None


@pytest.mark.fault("D02")
@pytest.mark.parametrize(
    ("duration", "fps", "frames"),
    [
        ("0.001", 30, 1),
        ("0.5", 30, 15),
        ("12.345", 30, 370),
        ("0.05", 30, 2),  # 1.5 rounds up
        ("0.0499999", 30, 1),
        ("240", 30, 7200),
        ("240", 60, 14_400),
    ],
)
def test_frames_by_the_rule(duration: str, fps: int, frames: int) -> None:
    assert fields.frame_count(Decimal(duration), fps) == frames


@pytest.mark.fault("D03")
@pytest.mark.parametrize(
    ("aspect", "short", "size"),
    [
        ("16:9", 720, (1280, 720)),
        ("16:9", 1080, (1920, 1080)),
        ("9:16", 720, (720, 1280)),
        ("1:1", 720, (720, 720)),
        ("4:5", 720, (720, 900)),
        ("16:9", 36, (64, 36)),
        ("4:5", 36, (36, 46)),
    ],
)
def test_sizes_are_even(aspect: str, short: int, size: tuple[int, int]) -> None:
    assert fields.frame_size(aspect, short) == size


@pytest.mark.slow
def test_credits_come_from_the_tags_unless_they_are_given() -> None:
    prepared = PreparedUploads(
        mime={},
        photo=PreparedPhoto(width=8, height=8, sha256="f" * 64, warnings=()),
        photo2=None,
        palette=None,
        audio=DecodedAudio(samples=48_000, sha256="a" * 64, loudest_s=0.0),
        title="Tagged",
        artist=None,
        text_warnings=(),
    )
    for given, shown in [
        ({}, ("Tagged", None)),
        ({"title": "", "artist": "Ada"}, ("Tagged", "Ada")),
        ({"title": "Given "}, ("Given", None)),
        ({"title": " "}, (None, None)),
        ({"title": "One\tmore\r\ntime\rnow\n\n"}, ("One more\ntime\nnow", None)),
    ]:
        request = check_request(given, Config(), Library((BUILT_IN,)), Presets())
        spec = resolve(request, prepared, Config())
        assert (spec.title, spec.artist) == shown


def test_frames_that_a_codec_cannot_encode_are_refused() -> None:
    config = Config.from_env({"PLANS": "free=62,premium=64"})
    library, presets = Library((BUILT_IN,)), Presets()
    for fields_of in ({}, {"codec": "hevc"}, {"codec": "av1", "plan": "premium"}):
        request = check_request(fields_of, config, library, presets)
        assert request.codec == fields_of.get("codec", "h264")
        assert request.quality == "standard"
    with pytest.raises(ToqiboxError, match="AV1 needs frames of at least 64 pixels") as caught:
        check_request({"codec": "av1"}, config, library, presets)
    assert (caught.value.code, caught.value.field) == ("invalid_parameter", "codec")
