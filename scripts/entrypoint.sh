#!/bin/sh
# The image's entry point: run the command without privileges, whoever starts the container.
#
# The image's user is an unprivileged one. Where a platform starts it as root, because its volumes
# belong to root (Railway: RAILWAY_RUN_UID=0), the data folder is handed over and root is left.
set -eu
if [ "$(id -u)" = 0 ]; then
    chown 10001:10001 "$DATA_DIR"
    exec setpriv --reuid=10001 --regid=10001 --clear-groups -- "$@"
fi
exec "$@"
