"""Reading pictures: from a file of any accepted kind to pixels of 8 bits a channel."""
