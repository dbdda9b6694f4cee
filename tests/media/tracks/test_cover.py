"""The cover embedded in a track is found, byte for byte."""

import io
from pathlib import Path

import pytest
from PIL import Image

from server.media.sniff import sniff_audio_file
from server.media.tracks import cover, stream_listing
from tests.harness.media_files import Convert

_LAVFI = ("-f", "lavfi")


def _picture(path: Path, colour: str) -> Path:
    Image.new("RGB", (32, 24), colour).save(path)
    return path


@pytest.mark.parametrize("name", ["a.mp3", "a.m4a", "a.flac", "a.mka"])
def test_the_cover_is_extracted_unchanged(convert: Convert, tmp_path: Path, name: str) -> None:
    picture = _picture(tmp_path / "cover.jpg", "red")
    mapped = ("-i", str(picture), "-map", "0:a", "-map", "1:v", "-c:v", "copy")
    options: tuple[str, ...] = (*mapped, "-disposition:v", "attached_pic")
    if name == "a.mka":
        options = ("-attach", str(picture), "-metadata:s:t", "mimetype=image/jpeg")
    path = convert("sine=d=0.1", name, *options, before=_LAVFI)
    kind = str(sniff_audio_file(path))
    assert next(cover.cover_pictures(path, kind)).startswith(picture.read_bytes())


def test_the_front_cover_comes_first(convert: Convert, tmp_path: Path) -> None:
    mapped = ["-map", "0:a"]
    for place, colour in enumerate(("red", "lime")):
        _picture(tmp_path / f"{colour}.png", colour)
        mapped += ["-map", f"{place + 1}:v"]
    inputs = ("-i", str(tmp_path / "red.png"), "-i", str(tmp_path / "lime.png"))
    metadata = (
        "-metadata:s:v:0",
        "comment=Cover (back)",
        "-metadata:s:v:1",
        "comment=Cover (front)",
    )
    path = convert(
        "sine=d=0.1", "a.mp3", *inputs, *mapped, "-c:v", "copy", *metadata, before=_LAVFI
    )
    with Image.open(io.BytesIO(next(cover.cover_pictures(path, "mp3")))) as image:
        assert image.convert("RGB").getpixel((5, 5)) == (0, 255, 0)


def test_a_track_without_a_cover_has_none(convert: Convert) -> None:
    path = convert("sine=d=0.1", "a.mp3", "-metadata", "title=attached pic", before=_LAVFI)
    assert not list(cover.cover_pictures(path, "mp3"))
    video_options = ("-f", "lavfi", "-i", "color=red:s=32x32:d=0.1", "-c:v", "mpeg4")
    path = convert("sine=d=0.1", "a.mp4", *video_options, before=_LAVFI)
    assert [stream.is_cover for stream in stream_listing.list_streams(path, "mov").streams].count(
        True
    ) == 0
    assert not list(cover.cover_pictures(path, "mov"))
