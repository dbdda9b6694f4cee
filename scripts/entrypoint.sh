#!/bin/sh
# The entry point of the image: run the command without privileges.
#
# The user of the image is unprivileged. If a platform starts it as root, because its volumes are
# owned by root (Railway: RAILWAY_RUN_UID=0), change the owner of the data folder and drop root.
set -eu
if [ "$(id -u)" = 0 ]; then
    chown 10001:10001 "$DATA_DIR"
    exec setpriv --reuid=10001 --regid=10001 --clear-groups -- "$@"
fi
exec "$@"
