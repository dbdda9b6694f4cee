"""Realistic songs with their truth: MIDI compositions performed by sampled instruments and mixed.

    python -m bench.songs OUT --midi FOLDER … [--part train|tune|test] [--count N] [--seed S]

`composition` reads a MIDI file, `sources` chooses files and splits them by composition,
`performance` plays an excerpt in another tempo and key with human timing, `stems` and `kits`
synthesize it, `mastering` mixes it realistically, `truth` lists its events.
"""
