"""Audio, photo and video: all code that reads or writes media files, run inside a worker."""
