"""Makes the virtual environment that the referees run in, unless it is there: python3 environment.py REQUIREMENTS DIRECTORY"""

import fcntl
import shutil
import subprocess
import sys
from pathlib import Path


def make(requirements: Path, directory: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", directory], check=True)
    # Its output is for whoever wonders why it failed: it goes to stderr.
    pip = [directory / "bin" / "python", "-m", "pip", "install", "--quiet", "--requirement", requirements]
    subprocess.run(pip, check=True, stdout=sys.stderr)


def main(requirements: Path, directory: Path) -> None:
    directory.parent.mkdir(parents=True, exist_ok=True)
    # Test files run at the same time: the first makes it, the others wait. The lock goes with its holder.
    with open(directory.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        complete = directory / "complete"
        if complete.exists():
            return
        shutil.rmtree(directory, ignore_errors=True)
        make(requirements, directory)
        complete.touch()


main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
