#!/bin/sh
# Pin the packages of the image: those of the server, with the hashes of their files, in
# requirements.txt, and those that build the wheel in requirements-build.txt. The versions are those
# of constraints.txt. No index address is written: pip uses the configured one.
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
