#!/bin/sh
# Makes a virtual environment, also on a Debian whose Python comes without ensurepip (package python3-venv).
set -eu
python=$1
venv=$2
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "rofi: $python is older than Python 3.11; name a newer one: make PYTHON=python3.12" >&2
    exit 1
}
[ -x "$venv/bin/python" ] && "$venv/bin/python" -m pip --version >/dev/null 2>&1 && exit 0
if "$python" -c 'import ensurepip' 2>/dev/null; then
    "$python" -m venv "$venv"
elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -q && apt-get install -qy python3-venv
    "$python" -m venv "$venv"
else
    echo "rofi: $python cannot make virtual environments; install Debian's python3-venv first" >&2
    exit 1
fi
