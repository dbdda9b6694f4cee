"""The filters that mix the channels of a track down to two."""

# `-ac 2` would play mono 3 dB too quiet. Here mono stays mono, all else becomes stereo, and then
# mono goes to both. More channels are mixed as ITU-R BS.775 has it (table 2): centre and surround
# at -3 dB, no LFE; and divided by the sum, so that nothing clips. swresample divides only where
# samples are integers, so 5.1 from AAC would be 7.6 dB louder than from FLAC.
BY_LAYOUT = (
    "aresample=rematrix_maxval=1:center_mix_level=0.707107:surround_mix_level=0.707107:"
    "lfe_mix_level=0,aformat=sample_fmts=fltp:channel_layouts=mono|stereo,"
    "pan=stereo|FL=FL+FC|FR=FR+FC"
)
"""For channels whose places are known."""

MAX_CHANNELS = 64
"""Channels that ffmpeg's resampler and filters can have."""


def average_filter(channels: int) -> str:
    """Return the filter for channels without places: their mean, on both sides.

    Args:
        channels: at most MAX_CHANNELS.
    """
    total = "+".join(f"c{number}" for number in range(channels))
    return f"aformat=sample_fmts=fltp,pan=stereo|c0<{total}|c1<{total}"
