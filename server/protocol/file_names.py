"""Names of the files that a job's tasks write and read, in its folder or the features'."""

AUDIO = "sound.wav"
"""The prepared audio: 48 kHz, stereo, 32-bit float."""
PHOTO = "photo.rgba"
PHOTO2 = "photo2.rgba"
ENCODED_AUDIO = "sound.m4a"
VIDEO = "video.mp4"
POSTER = "poster.jpg"

SPECTRA = "spectra.npy"
LEVELS = "levels.npy"
TRACK = "track.npz"
