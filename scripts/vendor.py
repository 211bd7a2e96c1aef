"""Install the locked front-end packages and copy what the pages use into static/vendor/.

Run by make with the Python of the virtual environment. What others wrote is installed, never
committed; a digest of the locks makes a second run instant. npm is the machine's own, else the
one that a wheel brings into the virtual environment.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
STAMP = MODULES / ".vendored"

FONT = "@expo-google-fonts/noto-sans-sc"

# What is served and what the tests read: installed file → our copy. A licence goes with its file.
COPIES = {
    "weui/dist/style/weui.min.css": "static/vendor/weui.min.css",
    "weui/LICENSE.txt": "static/vendor/weui.LICENSE.txt",
    # Not served: what is printed (PDF) embeds the letters it uses, rare names included.
    f"{FONT}/400Regular/NotoSansSC_400Regular.ttf": "static/vendor/NotoSansSC-400.ttf",
    f"{FONT}/700Bold/NotoSansSC_700Bold.ttf": "static/vendor/NotoSansSC-700.ttf",
    f"{FONT}/LICENSE": "static/vendor/NotoSansSC.LICENSE.txt",
}

# Older releases of npm do not know the format of our lock file.
OLDEST_NPM = 7


def digest() -> str:
    """Return a digest of everything that decides what ends up in the folders."""
    parts = [ROOT / "package.json", ROOT / "package-lock.json", Path(__file__)]
    return hashlib.sha256(b"\0".join(part.read_bytes() for part in parts)).hexdigest()


def is_done(now: str) -> bool:
    """Tell whether the last run installed exactly this and every copy is still there."""
    complete = all((ROOT / target).is_file() for target in COPIES.values())
    return complete and STAMP.is_file() and STAMP.read_text("utf-8") == now


def machine_npm() -> str | None:
    """Return the machine's npm when it starts and is new enough, else None."""
    found = shutil.which("npm")
    if found is None:
        return None
    # npm without a working node is found and fails, so its answer is what counts.
    answer = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)
    major = answer.stdout.strip().partition(".")[0]
    return found if answer.returncode == 0 and major.isdigit() and int(major) >= OLDEST_NPM else None


def wheel_npm() -> str:
    """Install node and npm into the virtual environment and return that npm."""
    print("No usable npm on this machine: taking the one from a wheel.", file=sys.stderr)
    lock = str(ROOT / "requirements-node.txt")
    pip = [sys.executable, "-m", "pip", "install", "-qq", "--require-hashes", "-r", lock]
    subprocess.run(pip, check=True, cwd=ROOT)
    return str(Path(sysconfig.get_path("scripts")) / "npm")


def install() -> None:
    """Install the locked packages into node_modules/, which npm empties first."""
    npm = machine_npm() or wheel_npm()
    # The cache lies inside the virtual environment: a home folder may be missing or read-only.
    cache = str(Path(sys.prefix) / "npm-cache")
    subprocess.run([npm, "ci", "--loglevel=error", "--cache", cache], check=True, cwd=ROOT)


def copy() -> None:
    """Copy the used files out of node_modules/; files that no line names any more go."""
    shutil.rmtree(ROOT / "static" / "vendor", ignore_errors=True)
    for source, target in COPIES.items():
        destination = ROOT / target
        destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(MODULES / source, destination)


def main() -> int:
    """Bring static/vendor/ up to date; return the exit code for the shell."""
    now = digest()
    if is_done(now):
        return 0
    try:
        install()
    except (subprocess.CalledProcessError, OSError) as fault:
        hint = "check the network, then run make again."
        print(f"The front-end packages could not be installed ({fault}): {hint}", file=sys.stderr)
        return 1
    copy()
    # Written last: an interrupted run starts over.
    STAMP.write_text(now, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
