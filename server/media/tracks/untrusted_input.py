"""ffmpeg options for untrusted uploads: the allowed demuxers and decoders."""

from pathlib import Path

from server.media import ffmpeg
from server.media.sniff import find_input_format

DEMUXERS = "mp3,wav,flac,ogg,mov,aac,aiff,caf,matroska,w64,asf,amr,au,wv,ape,tta,avi"
"""The allowed demuxers of an upload."""

CODECS = ",".join(
    (
        "mp3,mp3float,mp2,mp2float,mp1,mp1float,aac,aac_latm,ac3,eac3,dca,dts,truehd,mlp",
        "flac,alac,wavpack,ape,tta,vorbis,libvorbis,opus,libopus,speex,libspeex",
        "wmav1,wmav2,wmapro,wmalossless,wmavoice,amrnb,amrwb,amr_nb,amr_wb,gsm,gsm_ms,libgsm",
        "libgsm_ms,adpcm_ms,adpcm_ima_wav,adpcm_ima_qt,adpcm_yamaha,adpcm_swf,g722,g726,g726le",
        "adpcm_g722,adpcm_g726,adpcm_g726le,qdm2,mace3,mace6,atrac3,truespeech",
        "pcm_u8,pcm_s8,pcm_s8_planar,pcm_alaw,pcm_mulaw,pcm_u16le,pcm_u16be,pcm_s16le,pcm_s16be",
        "pcm_s16le_planar,pcm_s16be_planar,pcm_u24le,pcm_u24be,pcm_s24le,pcm_s24be",
        "pcm_s24le_planar,pcm_u32le,pcm_u32be,pcm_s32le,pcm_s32be,pcm_s32le_planar,pcm_s64le",
        "pcm_s64be,pcm_f16le,pcm_f24le,pcm_f32le,pcm_f32be,pcm_f64le,pcm_f64be,pcm_bluray,pcm_dvd",
    )
)
"""The allowed decoders of an upload, and codecs with other names."""


def options(path: Path, kind: str) -> dict[str, object]:
    """Return ffmpeg's input options for an upload.

    Args:
        path: the upload.
        kind: its demuxer, from `sniff_audio_file`.
    """
    input_format = find_input_format(path) if path.is_file() else None
    skip = (
        {"skip_initial_bytes": input_format.skip}
        if input_format is not None and input_format.skip
        else {}
    )
    return {
        **skip,
        "format": kind,
        "format_whitelist": DEMUXERS,
        "codec_whitelist": CODECS,
        "max_streams": 16,
        "probesize": 1_000_000,
        "analyzeduration": 5_000_000,
        "threads": 1,
    }


def arguments(path: Path, kind: str, *, whole: bool = False) -> list[str]:
    """Return the options as an argument list that ends with the input.

    Args:
        path: the upload.
        kind: its demuxer.
        whole: skip nothing, since tags precede the audio.
    """
    input_options = {"protocol_whitelist": "file", **options(path, kind)}
    input_options["f"] = input_options.pop("format")
    if whole:
        input_options.pop("skip_initial_bytes", None)
    argv = [
        argument for name, value in input_options.items() for argument in (f"-{name}", str(value))
    ]
    return [*argv, "-i", ffmpeg.file_url(path)]
