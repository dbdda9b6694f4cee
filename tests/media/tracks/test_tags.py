"""Title and artist are read from the tags of real files of every kind."""

from pathlib import Path

import numpy as np
import pytest

from server.media.tracks import tags
from tests.harness.media_files import Convert, MakeWav

KINDS = {"mp3": "mp3", "m4a": "mov", "flac": "flac", "ogg": "ogg", "wav": "wav", "aiff": "aiff"}


@pytest.fixture
def audio(make_wav: MakeWav) -> Path:
    return make_wav(np.zeros(4800, np.float32))


@pytest.mark.parametrize(("suffix", "kind"), KINDS.items())
def test_tags_are_read(audio: Path, convert: Convert, suffix: str, kind: str) -> None:
    metadata = ["-metadata", "title=Море — «ночь»", "-metadata", "artist=Ada  \t &\x07 Söhne"]
    options = ["-write_id3v2", "1"] if suffix == "aiff" else []
    path = convert(audio, f"tagged.{suffix}", *metadata, *options)
    assert tags.read(path, kind) == ("Море — «ночь»", "Ada & Söhne")


def test_a_file_without_tags_and_an_invalid_file_have_no_tags(audio: Path, tmp_path: Path) -> None:
    assert tags.read(audio, "wav") == (None, None)
    broken = tmp_path / "broken"
    broken.write_bytes(b"fLaC" + bytes(100))
    assert tags.read(broken, "flac") == (None, None)
    assert tags.read(tmp_path / "missing", "mp3") == (None, None)


@pytest.mark.fault("A19")
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", None),
        (" \x00\x1b\u202e\ufeff ", None),
        ("a" * 500, "a" * 200),
        ("one\r\ntwo\x00three", "one two three"),
        ("Íî÷ü íà Íåâå", "Ночь на Неве"),
        ("Déjà vu à la Française", "Déjà vu à la Française"),
        ("\U0001f3b5 ✓", "\U0001f3b5 ✓"),
        ("Love 🩷 \U0001fae9", "Love 🩷 \U0001fae9"),
        ("👩\u200d🎤", "👩\u200d🎤"),
    ],
)
def test_a_tag_becomes_one_line_of_printable_text(text: str, shown: str | None) -> None:
    assert tags.clean_tag(text) == shown
