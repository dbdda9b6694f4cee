#!/bin/sh
# Set up the environment of a make target: system packages, then .venv with the pinned packages.
#
#   setup.sh run    what the server needs
#   setup.sh dev    also the tools of `make check`
#   setup.sh test   also Chromium, strace, Prometheus and packages of npm, for the tests that use them
#   setup.sh fuzz   also the tools of `make fuzz`
#   setup.sh image  what the server needs, and debootstrap
#
# Silent and fast if nothing is missing. Missing packages are installed through apt if this is root or
# sudo needs no password; otherwise a line names them.
set -eu
cd "$(dirname "$0")/.."
wanted=${1:-run}

say() { printf '%s\n' "$*" >&2; }

# --- what is installed ---------------------------------------------------------------------------

has_command() {
    for name in "$@"; do
        if command -v "$name" >/dev/null 2>&1; then return 0; fi
    done
    return 1
}

has_library() {
    { PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null || true; } | grep -q "[[:space:]]$1 "
}

has_file() { # any of these patterns
    for name in "$@"; do
        if [ -e "$name" ]; then return 0; fi
    done
    return 1
}

# Set $python to the first Python on PATH that is new enough and can create a virtual environment
# with pip (Debian's needs python3-venv for that), or leave it empty.
find_python() {
    python=
    for name in python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3; do
        if "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' \
            >/dev/null 2>&1; then
            python=$name
            return
        fi
    done
}

# One file of each font package: see server/typography/fonts.py.
FONTS='
    fonts-bebas-neue/opentype/bebas-neue/BebasNeue-Bold.otf
    fonts-comfortaa/truetype/comfortaa/Comfortaa-Bold.ttf
    fonts-dancingscript/opentype/dancingscript/DancingScript-Bold.otf
    fonts-ebgaramond/opentype/ebgaramond/EBGaramond12-Regular.otf
    fonts-inter/opentype/inter/InterDisplay-Bold.otf
    fonts-jetbrains-mono/truetype/jetbrains-mono/JetBrainsMono-Bold.ttf
    fonts-jura/opentype/jura/Jura-Bold.otf
    fonts-manrope/truetype/manrope/Manrope-ExtraBold.ttf
    fonts-noto-cjk/opentype/noto/NotoSansCJK-Bold.ttc
    fonts-noto-color-emoji/truetype/noto/NotoColorEmoji.ttf
    fonts-noto-core/truetype/noto/NotoSans-Bold.ttf
    fonts-oldstandard/truetype/fonts-oldstandard/OldStandard-Bold.ttf
    fonts-open-sans/truetype/open-sans/OpenSans-Bold.ttf
    fonts-paratype/truetype/paratype/PTS75F.ttf
    fonts-play/truetype/play/Play-Bold.ttf
    fonts-roboto-unhinted/truetype/roboto/unhinted/RobotoCondensed-Bold.ttf
    fonts-yanone-kaffeesatz/opentype/yanone-kaffeesatz/YanoneKaffeesatz-Bold.otf
'

missing_packages() {
    has_command ffmpeg && has_command ffprobe || printf ' ffmpeg'
    has_library libEGL.so.1 || printf ' libegl1'
    has_library libGL.so.1 || printf ' libgl1'
    has_file /usr/share/glvnd/egl_vendor.d/*mesa*.json || printf ' libegl-mesa0'
    has_file /usr/lib/*/dri/swrast_dri.so /usr/lib/*/dri/libdril_dri.so \
        /usr/lib/dri/swrast_dri.so /usr/lib64/dri/swrast_dri.so \
        /usr/lib/dri/libdril_dri.so /usr/lib64/dri/libdril_dri.so || printf ' libgl1-mesa-dri'
    [ -n "$python" ] || printf ' python3-venv'
    for font in $FONTS; do
        has_file "/usr/share/fonts/${font#*/}" || printf ' %s' "${font%%/*}"
    done
    if [ "$wanted" = test ]; then
        has_command chromium chromium-browser google-chrome || printf ' %s' "$(chromium_package)"
        has_command strace || printf ' strace'
    fi
    if [ "$wanted" = image ]; then
        PATH="$PATH:/usr/sbin" has_command debootstrap || printf ' debootstrap'
        has_file /usr/share/keyrings/debian-archive-keyring.gpg ||
            printf ' debian-archive-keyring'
    fi
}

# Ubuntu's archive has no browser, only packages that install a snap: there the tests that need a
# browser are skipped unless Google Chrome is installed.
chromium_package() {
    # shellcheck disable=SC1091
    if [ "$(. /etc/os-release 2>/dev/null && echo "$ID")" != ubuntu ]; then echo chromium; fi
}

# --- system packages -----------------------------------------------------------------------------

# Print the packages that apt offers. Only fonts may be missing: others are used in their place, and
# `toqibox doctor` lists them.
offered() {
    for package in "$@"; do
        case $package in
            fonts-*) apt-cache show "$package" >/dev/null 2>&1 || continue ;;
        esac
        printf ' %s' "$package"
    done
}

install_packages() {
    if ! has_command apt-get; then return 1; fi
    if [ "$(id -u)" = 0 ]; then
        as_root=
    elif has_command sudo && sudo -n true 2>/dev/null; then
        as_root='sudo -n'
    else
        return 1
    fi
    say "Installing$packages …"
    log=$(mktemp)
    # shellcheck disable=SC2086,SC2046
    if $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update >"$log" 2>&1 </dev/null &&
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends \
            $(offered $packages) >>"$log" 2>&1 </dev/null; then
        rm -f "$log"
        return 0
    fi
    tail -n 5 "$log" >&2
    rm -f "$log"
    return 1
}

# openapi-typescript and its like, for the tests of the types: they are skipped where npm cannot
# install them. The lock file has the hash of each package.
install_node_packages() {
    folder=tests/data/typescript
    if [ "$folder/node_modules/.package-lock.json" -nt "$folder/package-lock.json" ]; then return; fi
    if ! has_command npm || ! has_command node; then return; fi
    if ! npm ci --prefix "$folder" --silent --no-audit --no-fund --ignore-scripts \
        --fetch-retries 0 --fetch-timeout 20000 >/dev/null 2>&1 </dev/null; then
        rm -rf "$folder/node_modules"
    fi
}

# Unpack Prometheus and promtool into .venv/bin, for the tests of docs/monitoring: they are skipped
# where apt does not offer the package. Installed, it would run as a daemon of this machine.
unpack_prometheus() {
    if has_command prometheus .venv/bin/prometheus && has_command promtool .venv/bin/promtool; then
        return
    fi
    if ! has_command apt-get || ! has_command dpkg-deb; then return; fi
    folder=$(mktemp -d .venv/prometheus.XXXXXX)
    if (
        cd "$folder" &&
            apt-get -q -o Acquire::Retries=0 -o Acquire::http::Timeout=20 download prometheus &&
            dpkg-deb --extract prometheus_*.deb .
    ) >/dev/null 2>&1 </dev/null; then
        mv "$folder/usr/bin/prometheus" "$folder/usr/bin/promtool" .venv/bin/
    fi
    rm -rf "$folder"
}

find_python
packages=$(missing_packages | tr -s ' ')
packages=${packages% }
if [ -n "$packages" ]; then
    if ! install_packages; then
        say "Packages are missing. Please run: sudo apt-get install$packages"
        exit 1
    fi
    find_python
    if [ -z "$python" ]; then
        say "Please install Python 3.11 or newer with its venv module (python3, python3-venv)"
        exit 1
    fi
fi

if [ "$wanted" = test ]; then install_node_packages; fi

# --- .venv ---------------------------------------------------------------------------------------

case $wanted in
run | image) extras='' enough='run dev fuzz' ;;
fuzz) extras='[dev,fuzz]' enough=fuzz ;;
*) extras='[dev]' enough='dev fuzz' ;;
esac
# The stamp contains all that the environment depends on, including this folder: a virtual
# environment does not work after a move.
state=$(pwd && cat pyproject.toml constraints.txt)
is_set_up() {
    for installed in $enough; do
        stamp=.venv/stamp-$installed
        if [ -f "$stamp" ] && [ "$state" = "$(cat "$stamp")" ] &&
            .venv/bin/python -c '' 2>/dev/null; then
            return 0
        fi
    done
    return 1
}

if ! is_set_up; then
    say "Setting up .venv (once) …"
    if ! .venv/bin/python -m pip --version >/dev/null 2>&1 ||
        ! grep -qsF "$(pwd)/" .venv/bin/pip; then
        rm -rf .venv
        "$python" -m venv .venv
    fi
    rm -f .venv/stamp-*
    .venv/bin/python -m pip install -qq --disable-pip-version-check --no-input \
        -c constraints.txt -e ".$extras"
    printf '%s\n' "$state" >".venv/stamp-${enough%% *}"
fi

if [ "$wanted" = test ]; then unpack_prometheus; fi
