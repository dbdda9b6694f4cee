"""Decoding of photos: from a file of any accepted kind to pixels with 8 bits a channel."""
