#!/bin/sh
# Pin what the image installs: every package that the server needs with the hashes of its files, in
# requirements.txt, and what builds the wheel, in requirements-build.txt. The versions are those of
# constraints.txt. No address is written: who installs chooses the index.
set -eu
cd "$(dirname "$0")/.."
mkdir -p build
UV=uv==0.13.9

if ! command -v uv >/dev/null 2>&1; then
    [ -x build/uv/bin/uv ] || {
        python3 -m venv build/uv
        build/uv/bin/pip install -qq --disable-pip-version-check --no-input "$UV"
    }
    PATH=$PWD/build/uv/bin:$PATH
fi

lock() { # INPUT OUTPUT
    uv pip compile --quiet --universal --python-version 3.11 --constraints constraints.txt \
        --generate-hashes --no-annotate --no-emit-index-url --no-emit-find-links \
        --custom-compile-command 'make lock' --output-file "$2" "$1"
}

lock pyproject.toml requirements.txt
sed -n 's/^requires = \["\(.*\)"\]$/\1/p' pyproject.toml >build/build-requires.in
lock build/build-requires.in requirements-build.txt
