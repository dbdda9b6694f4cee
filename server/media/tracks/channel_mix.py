"""The filters that mix the channels of a track down to two."""

# `-ac 2` would play mono 3 dB too quiet. Here mono stays mono, everything else becomes stereo, and
# then mono is copied to both channels. More channels are mixed by ITU-R BS.775 (table 2): centre
# and surround at -3 dB, no LFE, divided by the sum, so that nothing clips. swresample divides only
# integer samples, so 5.1 from AAC would be 7.6 dB louder than from FLAC.
BY_LAYOUT = (
    "aresample=rematrix_maxval=1:center_mix_level=0.707107:surround_mix_level=0.707107:"
    "lfe_mix_level=0,aformat=sample_fmts=fltp:channel_layouts=mono|stereo,"
    "pan=stereo|FL=FL+FC|FR=FR+FC"
)
"""The filter for channels with known positions."""

MAX_CHANNELS = 64
"""Channel limit of ffmpeg's resampler and filters."""


def average_filter(channels: int) -> str:
    """Return the filter for channels without positions: their mean on both sides.

    Args:
        channels: at most MAX_CHANNELS.
    """
    total = "+".join(f"c{number}" for number in range(channels))
    return f"aformat=sample_fmts=fltp,pan=stereo|c0<{total}|c1<{total}"
