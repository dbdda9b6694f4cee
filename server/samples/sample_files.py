"""The sample track and photos as files; for the demo, shader authors and tests."""

from dataclasses import dataclass
from pathlib import Path

from server.media import ffmpeg
from server.samples import sample_photo, sample_track

_SMALL = (1200, 800)


@dataclass(frozen=True)
class SampleFiles:
    """The files of the sample track and photo."""

    wav: Path
    mp3: Path
    photo: Path


def write(folder: Path) -> SampleFiles:
    """Write the track and the photo into `folder`.

    Raises:
        MediaError: ffmpeg is missing or cannot encode the MP3.
    """
    files = SampleFiles(folder / "track.wav", folder / "track.mp3", folder / "photo.jpg")
    files.wav.write_bytes(sample_track.wav())
    encode_mp3(files.wav, files.mp3)
    files.photo.write_bytes(sample_photo.jpeg())
    return files


def write_without_ffmpeg(folder: Path) -> None:
    """Write ``track.wav``, ``photo.png`` and ``photo2.png``, quickly and without ffmpeg."""
    (folder / "track.wav").write_bytes(sample_track.wav())
    image = sample_photo.paint(*_SMALL)
    image.save(folder / "photo.png", compress_level=1)
    sample_photo.second_photo(image).save(folder / "photo2.png", compress_level=1)


def encode_mp3(wav: Path, mp3: Path) -> None:
    """Encode a WAV file as MP3 with 192 kb/s.

    Raises:
        MediaError: ffmpeg is missing or failed.
    """
    audio = ffmpeg.input_file(wav, format="wav").audio
    options = {"c:a": "libmp3lame", "b:a": "192k", "map_metadata": "-1"}
    ffmpeg.run(ffmpeg.output(audio, mp3, format="mp3", **options), limit_s=60).raise_for_status()
