#!/bin/sh
# Puts Autobahn|Testsuite into a folder, for `cargo test --test autobahn`:
#
#   tests/autobahn/install.sh target/autobahn
#
# The suite is written in Python 2.7, so one must be here: as python2.7, or within pyenv
# (`pyenv install 2.7.18`). Nothing outside the folder is changed.
set -eu

if [ $# -ne 1 ]; then
    echo "usage: $0 FOLDER" >&2
    exit 2
fi
mkdir -p "$1"
folder=$(cd "$1" && pwd)

works() {
    "$1" -c 'import pip' >/dev/null 2>&1
}

python_2_7() {
    if works python2.7; then
        command -v python2.7
    elif command -v pyenv >/dev/null; then
        # The newest 2.7 that pyenv knows, whichever version is in force here.
        version=$(pyenv versions --bare | grep '^2\.7\.' | tail -n 1)
        [ -n "$version" ] && PYENV_VERSION=$version pyenv which python
    fi
}

if "$folder/bin/wstest" --help >/dev/null 2>&1; then
    echo "$folder/bin/wstest is already there"
    exit 0
fi

python=$(python_2_7) || python=
if [ -z "$python" ] || ! works "$python"; then
    echo "no Python 2.7 with pip: try 'pyenv install 2.7.18', or use the Docker image crossbario/autobahn-testsuite" >&2
    exit 1
fi

export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_PYTHON_VERSION_WARNING=1
# 20.15 is the last virtualenv that runs on Python 2.7.
"$python" -m pip install --quiet --upgrade --target "$folder/virtualenv" 'virtualenv<20.16'
PYTHONPATH="$folder/virtualenv" "$python" -m virtualenv --quiet "$folder"
"$folder/bin/pip" install --quiet autobahntestsuite==25.10.1
"$folder/bin/wstest" --help >/dev/null
echo "$folder/bin/wstest"
