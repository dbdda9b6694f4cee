"""Detection of onsets, drums and accents over a whole track, with knowledge of what follows.

Everything is numpy; each module cites the papers of its method.
"""
