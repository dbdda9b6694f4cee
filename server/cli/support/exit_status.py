"""The exit statuses of the command line; 0 is success."""

FAILED = 1
USAGE = 2
INTERRUPTED = 130
