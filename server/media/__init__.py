"""Sound, photo and film: everything that touches the bytes of media, run inside a worker."""
