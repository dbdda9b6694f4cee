"""Names of audio features, shared by their analysis and by the effects that are bound to them."""

BAND_EDGES_HZ = {
    "sub": (20, 60),
    "bass": (60, 150),
    "lowmid": (150, 400),
    "mid": (400, 2000),
    "highmid": (2000, 6000),
    "treble": (6000, 16_000),
}
"""Frequency ranges whose energy is measured, from low to high."""
BANDS = ("level", *BAND_EDGES_HZ)
"""The same, after the level of the whole spectrum."""

EVENTS = {
    "accent": "an accent: a kick where there are drums, else a strong onset or a swell",
    "onset": "any onset",
    "kick": "a kick drum",
    "snare": "a snare drum or clap",
    "hat": "a hi-hat",
    "beat": "a beat",
    "downbeat": "the first beat of a bar",
    "drop": "the drop after a build or a break",
    "section": "the beginning of a section",
}
"""Events of the music, and their descriptions."""
EVENTS_WITH_CONFIDENCE = ("onset", "kick", "snare", "hat", "beat", "downbeat")
"""Events that are detected with a confidence."""

SECTIONS = {
    "build": "rises towards a drop",
    "drop": "is at full energy after a build or a break",
    "break": "is quiet between louder ones",
}
"""Kinds of sections, and what the music does in each; all others are plain."""
SECTION_KINDS = ("plain", *SECTIONS)
"""Kinds of section by their number."""
