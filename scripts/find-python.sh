#!/bin/sh
# Prints the first Python on this machine that can build the virtual environment.
# Named versions come before plain "python3": the lock files are tested with them, and
# wheels for a brand-new Python may not exist yet.
set -u

wanted='import sys; sys.exit(sys.version_info < (3, 11))'
# Some distributions ship Python without these parts; without them nothing can be installed.
parts='import ensurepip, sqlite3, ssl, venv'

incomplete=
for candidate in "${PYTHON:-}" python3.11 python3.12 python3.13 python3.14 python3 python; do
    [ -n "$candidate" ] || continue
    # A command of this name may exist and still not start, so it is run rather than looked up.
    "$candidate" -c "$wanted" >/dev/null 2>&1 || continue
    if "$candidate" -c "$parts" >/dev/null 2>&1; then
        printf '%s\n' "$candidate"
        exit 0
    fi
    incomplete=${incomplete:-$candidate}
done

if [ -n "$incomplete" ]; then
    echo "$incomplete lacks venv, ssl or sqlite3: install them (Debian and Ubuntu: the package python3-venv), then run make again." >&2
else
    echo "Python 3.11 or newer is needed and was not found: install it, or name it with make PYTHON=/path/to/python3.11." >&2
fi
exit 1
