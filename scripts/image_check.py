"""`make image-check`: build the image of Dockerfile.gpu without Docker, and test it.

Build the root (scripts/root.py), start the entry point in it as process 1 and as the image's user,
wait until it is ready, run the health check, export a small video over HTTP, and stop it. Then do
the same in the ways in which other platforms start an image.
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
from server.demo.client import ApiClient
from server.samples import sample_files
from server.samples.sample_files import SampleFiles

CONTEXT = Path(__file__).parents[1]
_INSIDE = "TOQIBOX_IMAGE_CHECK"
_STOP_S = 10.0


@dataclass(frozen=True)
class _StartCase:
    """One way in which a platform starts the image."""

    name: str
    user: str
    groups: str
    """Supplementary groups of the process, separated by commas."""
    owner: tuple[int, int]
    """User and group that own the volume of the data folder."""
    mode: int


_STARTS = (
    _StartCase("On a new volume", "", "", (10001, 0), 0o770),
    _StartCase("As root, on a volume owned by root", "0:0", "", (0, 0), 0o755),
    _StartCase("As an arbitrary user in group 0", "12345:0", "", (10001, 0), 0o770),
    _StartCase("On a volume of the pod's fsGroup", "10001:10001", "2000", (0, 2000), 0o2770),
)
_NO_ZOMBIES = """
import glob, sys
states = [open(name).read().rsplit(')', 1)[1].split()[0] for name in glob.glob('/proc/[0-9]*/stat')]
sys.exit('zombies' if 'Z' in states or len(states) < 3 else 0)
"""


def main() -> None:
    """Enter a mount namespace as root, then run the check."""
    if os.environ.get(_INSIDE):
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        check()
        return
    command = ["unshare", "--mount", "--propagation", "private", "env", f"{_INSIDE}=1"]
    if os.geteuid() != 0:
        command = ["sudo", "-n", *command, f"HOME={Path.home()}"]
    os.execvp(command[0], [*command, sys.executable, "-m", "scripts.image_check"])


def check() -> None:
    """Build, start, use and stop the image; exit with 1 and a message at the first failure."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "toqibox-image"
    cache.mkdir(parents=True, exist_ok=True)
    instructions = dockerfile.parse((CONTEXT / "Dockerfile.gpu").read_text("utf-8"))
    image = dockerfile.image(instructions)
    print(f"Building Dockerfile.gpu on {image.base} …", flush=True)
    with (
        (cache / "lock").open("w") as lock,
        tempfile.TemporaryDirectory(dir=cache, prefix="run-") as name,
    ):
        fcntl.flock(lock, fcntl.LOCK_EX)
        run = Path(name)
        folders = root.layers(CONTEXT, cache, instructions)
        root_folder = run / "root"
        root.mount(folders, run / "top", run / "work", root_folder)
        print(f"The image has {_megabytes(root_folder)} MB.", flush=True)
        root.mount_devices(root_folder, for_build=False)
        try:
            (run / "material").mkdir()
            samples = sample_files.write(run / "material")
            for start in _STARTS:
                print(f"{start.name}:", flush=True)
                with _container(image, start, root_folder, run / "log") as container:
                    _check_container(container, samples, run / "out.mp4")
        finally:
            root.call("umount", "--recursive", root_folder)
    print("The image works.")


@dataclass(frozen=True)
class _Container:
    image: Image
    start: _StartCase
    root_folder: Path
    port: int
    variables: dict[str, str]
    process: subprocess.Popen[bytes]

    @property
    def first(self) -> str:
        """Return the id of its process 1, in the namespace of this process."""
        children = _children(self.process.pid)
        if not children:
            sys.exit("The entry point ended unexpectedly.")
        return children[0]

    def expect_unprivileged(self) -> None:
        """Exit if a process other than process 1 runs as root, or if there is no other."""
        space = os.readlink(f"/proc/{self.first}/ns/pid")
        users = []
        for status in Path("/proc").glob("[0-9]*/status"):
            if status.parent.name != self.first and _pid_namespace(status.parent) == space:
                users.append(status.read_text().split("Uid:")[1].split()[1])
        if not users or "0" in users:
            sys.exit(f"The server's processes must not run as root: users {users}")

    def execute(self, argv: list[str]) -> None:
        """Run `command` inside, as `docker exec` does; exit if it fails."""
        argv = _as_user(self.image, self.start, self.root_folder, argv, self.variables)
        root.call("nsenter", "--pid", "--mount", "--target", self.first, "--", *argv)


@contextmanager
def _container(
    image: Image, start: _StartCase, root_folder: Path, log: Path
) -> Iterator[_Container]:
    """Start the entry point on a free port and an empty volume, and stop it at the end."""
    port = _free_port()
    # Docker sets HOME to / for a user without a passwd entry, which then cannot write to it.
    overrides = {"HOSTNAME": "check", "HOME": "/", "PORT": str(port), "PLANS": "free=36"}
    variables = {**image.environment, **overrides}
    command = ["env", f"--chdir={image.folder}", *image.command]
    namespace = ["unshare", "--pid", "--fork", f"--mount-proc={root_folder}/proc"]
    data = root_folder / image.environment["DATA_DIR"].lstrip("/")
    for leftover in data.iterdir():
        shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
    os.chown(data, *start.owner)
    data.chmod(start.mode)
    with log.open("wb") as file:
        process = subprocess.Popen(
            [*namespace, *_as_user(image, start, root_folder, command, variables)],
            stdin=subprocess.DEVNULL, stdout=file, stderr=file,
        )  # fmt: skip
    try:
        container = _Container(image, start, root_folder, port, variables, process)
        yield container
        _stop(container)
    except BaseException:
        print(log.read_text("utf-8", "replace")[-4000:], file=sys.stderr)
        raise
    finally:
        # The --kill-child of unshare has no effect after the change of user. So process 1 is killed
        # here, and the kernel kills all others with it.
        for first in _children(process.pid):
            os.kill(int(first), signal.SIGKILL)
        process.kill()
        process.wait()


def _check_container(container: _Container, samples: SampleFiles, out: Path) -> None:
    began = time.monotonic()
    client = ApiClient(container.port)
    _wait_for(container)
    ready = client.wait_until_ready()
    took = time.monotonic() - began
    print(f"It is ready after {took:.1f} s: {ready['renderer']}, encoder {ready['encoder']}.")
    if not container.image.health:
        sys.exit("Dockerfile.gpu has no HEALTHCHECK")
    container.expect_unprivileged()
    container.execute(container.image.health)
    print("The health check succeeds.")
    job_id = client.submit(samples.mp3, samples.photo, {"start": "4", "duration": "2"})
    *_, job = client.follow(job_id)
    if job["status"] != "completed":
        sys.exit(f"The job {job['status']}: {job}")
    client.download(job["downloadUrl"], out)
    info = video.read(out)
    if (info.width, info.height, info.frames, info.codec) != (64, 36, 60, "h264"):
        sys.exit(f"The video differs from the request: {info}")
    print(f"It exports a video: {info.frames} frames of {info.width} × {info.height}.")
    container.execute(["sh", "-c", "sleep 0.1 &"])
    time.sleep(0.5)
    container.execute(["python", "-c", _NO_ZOMBIES])
    print("Process 1 reaps orphans.")


def _children(process: int) -> list[str]:
    try:
        return Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:  # the process has ended
        return []


def _pid_namespace(process: Path) -> str:
    try:
        return os.readlink(process / "ns/pid")
    except OSError:  # the process has ended
        return ""


def _stop(container: _Container) -> None:
    """Send SIGTERM to process 1 of the container, as `docker stop` does, and check its status."""
    first = container.first
    began = time.monotonic()
    os.kill(int(first), signal.SIGTERM)
    rc = container.process.wait(_STOP_S)
    if rc != 0:
        sys.exit(f"The exit status after SIGTERM is {rc}, but must be 0.")
    print(f"SIGTERM ends it with status 0 in {time.monotonic() - began:.1f} s.")


def _as_user(
    image: Image,
    start: _StartCase,
    root_folder: Path,
    command: list[str],
    variables: dict[str, str],
) -> list[str]:
    user = start.user or image.user
    if not re.fullmatch(r"[0-9]+:[0-9]+", user):
        sys.exit(f"USER is {user!r}, but must be two numbers, such as 10001:10001")
    command = root.in_root(root_folder, command, variables)
    return [command[0], f"--userspec={user}", f"--groups={start.groups}", *command[1:]]


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


def _megabytes(root_folder: Path) -> int:
    done = subprocess.run(
        ["du", "--summarize", "--one-file-system", "--block-size=1000000", str(root_folder)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return int(done.stdout.split()[0])


if __name__ == "__main__":
    main()
