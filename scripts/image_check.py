"""`make image-check`: run Dockerfile.gpu's own lines without Docker, and use what they make.

Builds the root (scripts/root.py), starts the entry point in it as the image's user and as process
1, waits until it can render, runs the health check, exports a small video over HTTP, and stops it;
then the same as other platforms start it.
"""

import fcntl
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts import dockerfile, root
from scripts.dockerfile import Image
from server.demo import video
from server.demo.client import Client
from server.samples import material
from server.samples.material import Material

CONTEXT = Path(__file__).parents[1]
_INSIDE = "TOQIBOX_IMAGE_CHECK"
_STOP_S = 10.0


@dataclass(frozen=True)
class _Start:
    """One way in which a platform starts the image."""

    name: str
    user: str
    groups: str
    """Further groups of the process, separated by commas."""
    owner: tuple[int, int]
    """User and group that the volume at the data folder belongs to."""
    mode: int


_STARTS = (
    _Start("On a new volume", "", "", (10001, 0), 0o770),
    _Start("As root, on a volume of root's", "0:0", "", (0, 0), 0o755),
    _Start("As a user that the platform numbers, in group 0", "12345:0", "", (10001, 0), 0o770),
    _Start("On a volume of the pod's fsGroup", "10001:10001", "2000", (0, 2000), 0o2770),
)
_NO_ZOMBIES = """
import glob, sys
states = [open(name).read().rsplit(')', 1)[1].split()[0] for name in glob.glob('/proc/[0-9]*/stat')]
sys.exit('zombies' if 'Z' in states or len(states) < 3 else 0)
"""


def main() -> None:
    """Go into a mount namespace as root, then check."""
    if os.environ.get(_INSIDE):
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        check()
        return
    words = ["unshare", "--mount", "--propagation", "private", "env", f"{_INSIDE}=1"]
    if os.geteuid() != 0:
        words = ["sudo", "-n", *words, f"HOME={Path.home()}"]
    os.execvp(words[0], [*words, sys.executable, "-m", "scripts.image_check"])


def check() -> None:
    """Build, start, use, stop; exits with 1 and a sentence when anything is not as it must be."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "toqibox-image"
    cache.mkdir(parents=True, exist_ok=True)
    instructions = dockerfile.parse((CONTEXT / "Dockerfile.gpu").read_text("utf-8"))
    image = dockerfile.image(instructions)
    print(f"Building the lines of Dockerfile.gpu on {image.base} …", flush=True)
    with (
        (cache / "lock").open("w") as lock,
        tempfile.TemporaryDirectory(dir=cache, prefix="run-") as name,
    ):
        fcntl.flock(lock, fcntl.LOCK_EX)
        run = Path(name)
        folders = root.layers(CONTEXT, cache, instructions)
        made = run / "root"
        root.mount(folders, run / "top", run / "work", made)
        print(f"The root holds {_megabytes(made)} MB.", flush=True)
        root.furnish(made, for_build=False)
        try:
            (run / "material").mkdir()
            source = material.write(run / "material")
            for start in _STARTS:
                print(f"{start.name}:", flush=True)
                with _container(image, start, made, run / "log") as container:
                    _use(container, source, run / "out.mp4")
        finally:
            root.call("umount", "--recursive", made)
    print("The image works.")


@dataclass(frozen=True)
class _Container:
    image: Image
    start: _Start
    made: Path
    port: int
    variables: dict[str, str]
    process: subprocess.Popen[bytes]

    @property
    def first(self) -> str:
        """The id, seen from here, of its process 1."""
        children = _children(self.process.pid)
        if not children:
            sys.exit("The entry point has ended by itself.")
        return children[0]

    def expect_unprivileged(self) -> None:
        """Exit when anything but process 1 runs as root in it, or nothing does."""
        space = os.readlink(f"/proc/{self.first}/ns/pid")
        users = []
        for status in Path("/proc").glob("[0-9]*/status"):
            if status.parent.name != self.first and _space(status.parent) == space:
                users.append(status.read_text().split("Uid:")[1].split()[1])
        if not users or "0" in users:
            sys.exit(f"The server's processes run as {users or 'nobody'}")

    def execute(self, command: list[str]) -> None:
        """Run `command` inside, as `docker exec` does; exits when it fails."""
        words = _as_user(self.image, self.start, self.made, command, self.variables)
        root.call("nsenter", "--pid", "--mount", "--target", self.first, "--", *words)


@contextmanager
def _container(image: Image, start: _Start, made: Path, log: Path) -> Iterator[_Container]:
    """The entry point on a free port and an empty volume, started so; stopped at the end."""
    port = _free_port()
    # HOME is what Docker gives a user without an entry: a folder that it cannot write to.
    given = {"HOSTNAME": "check", "HOME": "/", "PORT": str(port), "PLANS": "free=36"}
    variables = {**image.environment, **given}
    command = ["env", f"--chdir={image.folder}", *image.command]
    apart = ["unshare", "--pid", "--fork", f"--mount-proc={made}/proc"]
    data = made / image.environment["DATA_DIR"].lstrip("/")
    for left in data.iterdir():
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    os.chown(data, *start.owner)
    data.chmod(start.mode)
    with log.open("wb") as file:
        process = subprocess.Popen(
            [*apart, *_as_user(image, start, made, command, variables)],
            stdin=subprocess.DEVNULL, stdout=file, stderr=file,
        )  # fmt: skip
    try:
        container = _Container(image, start, made, port, variables, process)
        yield container
        _stop(container)
    except BaseException:
        print(log.read_text("utf-8", "replace")[-4000:], file=sys.stderr)
        raise
    finally:
        # unshare's own --kill-child does not outlive the change of user: process 1 is ended here,
        # and the kernel ends all others with it.
        for first in _children(process.pid):
            os.kill(int(first), signal.SIGKILL)
        process.kill()
        process.wait()


def _use(container: _Container, source: Material, out: Path) -> None:
    began = time.monotonic()
    client = Client(container.port)
    _wait_for(container)
    ready = client.wait_until_ready()
    took = time.monotonic() - began
    print(f"It is ready after {took:.1f} s: {ready['renderer']}, encoder {ready['encoder']}.")
    if not container.image.health:
        sys.exit("Dockerfile.gpu has no HEALTHCHECK")
    container.expect_unprivileged()
    container.execute(container.image.health)
    print("The health check succeeds.")
    job_id = client.submit(source.mp3, source.photo, {"start": "4", "duration": "2"})
    *_, job = client.follow(job_id)
    if job["status"] != "completed":
        sys.exit(f"The job {job['status']}: {job}")
    client.download(job["downloadUrl"], out)
    found = video.read(out)
    if (found.width, found.height, found.frames, found.codec) != (64, 36, 60, "h264"):
        sys.exit(f"The video is not what was asked for: {found}")
    print(f"It exports a video: {found.frames} frames of {found.width} × {found.height}.")
    container.execute(["sh", "-c", "sleep 0.1 &"])
    time.sleep(0.5)
    container.execute(["python", "-c", _NO_ZOMBIES])
    print("Process 1 reaps orphans.")


def _children(process: int) -> list[str]:
    try:
        return Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:  # it has just ended
        return []


def _space(process: Path) -> str:
    try:
        return os.readlink(process / "ns/pid")
    except OSError:  # it has just ended
        return ""


def _stop(container: _Container) -> None:
    """SIGTERM to process 1 of the container, as `docker stop` sends it."""
    first = container.first
    began = time.monotonic()
    os.kill(int(first), signal.SIGTERM)
    rc = container.process.wait(_STOP_S)
    if rc != 0:
        sys.exit(f"SIGTERM ended it with status {rc}")
    print(f"SIGTERM ends it with status 0 in {time.monotonic() - began:.1f} s.")


def _as_user(
    image: Image, start: _Start, made: Path, command: list[str], variables: dict[str, str]
) -> list[str]:
    user = start.user or image.user
    if not re.fullmatch(r"[0-9]+:[0-9]+", user):
        sys.exit(f"USER is {user!r}; it should be two numbers, such as 10001:10001")
    words = root.in_root(made, command, variables)
    return [words[0], f"--userspec={user}", f"--groups={start.groups}", *words[1:]]


def _wait_for(container: _Container) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if container.process.poll() is not None:
            sys.exit(f"The entry point ended with status {container.process.returncode}.")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", container.port)) == 0:
                return
        time.sleep(0.1)
    sys.exit("Nothing listens on PORT after a minute.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _megabytes(made: Path) -> int:
    done = subprocess.run(
        ["du", "--summarize", "--one-file-system", "--block-size=1000000", str(made)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return int(done.stdout.split()[0])


if __name__ == "__main__":
    main()
