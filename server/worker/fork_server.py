"""The fork server: a process that starts workers by forking itself, with their modules loaded.

    python -I server/process/start.py server.worker.fork_server [--unconfined] DESCRIPTOR TASK …

Loading Python and the modules of a task takes longer than many a task; a fork takes milliseconds.
This process never reads a task, opens no OpenGL context and starts no thread, so each worker begins
as empty as one that was executed. DESCRIPTOR is a socket with packets of
protocol/wire/fork_request.py; its end ends this process, and with it the workers. Workers are
confined (confinement/), unless --unconfined is given. TASKS are names of tasks, whose modules are
loaded in this order.

A worker that has ended stays a zombie until the server closes its status socket: up to then, no
other process can get its id, and the server can kill its process group. If the server closes that
socket first, the worker is killed.
"""

import contextlib
import gc
import os
import selectors
import signal
import socket
import sys
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

from server.process import sandbox_exec, start
from server.protocol.tasks import TASKS, AnyTask
from server.protocol.wire.fork_request import (
    ENDED,
    FAILED,
    MAX_REQUEST_BYTES,
    SOCKETS,
    STARTED,
    ForkRequest,
    read_request,
    write_status,
)
from server.worker import program, registry
from server.worker.confinement import task_confinement

PROGRAM = "server.worker.program"
"""Module in the command line of every worker."""


@dataclass
class _Worker:
    """A worker that was forked and is not reaped yet."""

    pid: int
    status: socket.socket
    has_ended: bool = False
    is_released: bool = False
    """True once the server has closed the status socket."""


class Forks:
    """Answers requests for workers.

    Args:
        requests: the socket of the server; its end ends this process.
        confined: True confines the workers to the files of their tasks.
    """

    def __init__(self, requests: socket.socket, *, confined: bool) -> None:
        self._requests = requests
        self._confined = confined
        self._workers: list[_Worker] = []
        self._selector = selectors.DefaultSelector()
        self._signals, signals_write = socket.socketpair()
        for end in (self._signals, signals_write):
            end.setblocking(False)
        self._signals_write = signals_write
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.set_wakeup_fd(signals_write.fileno(), warn_on_full_buffer=False)
        self._selector.register(requests, selectors.EVENT_READ)
        self._selector.register(self._signals, selectors.EVENT_READ)

    def serve(self, kinds: Iterable[type[AnyTask]]) -> None:
        """Load the modules of tasks, answering requests between, then until the socket ends."""
        is_open = True
        for kind in kinds:
            is_open = is_open and self._answer(0)
            registry.load(kind)
        gc.collect()
        gc.freeze()  # so that a worker's collector does not touch, and thereby copy, these pages
        while is_open:
            is_open = self._answer(None)

    def _answer(self, timeout_s: float | None) -> bool:
        """Wait for events and handle them; return False once the socket of requests ends."""
        for key, _ in self._selector.select(timeout_s):
            if key.fileobj is self._requests:
                packet, sockets, _, _ = socket.recv_fds(
                    self._requests, MAX_REQUEST_BYTES, SOCKETS, socket.MSG_CMSG_CLOEXEC
                )
                if not packet:
                    return False
                try:
                    self._fork(read_request(packet), sockets)
                finally:
                    for descriptor in sockets:
                        os.close(descriptor)
            elif key.fileobj is self._signals:
                with contextlib.suppress(BlockingIOError):
                    self._signals.recv(4096)
                for worker in list(self._workers):
                    self._look_after(worker)
            else:
                self._release(key.data)
        return True

    def _fork(self, request: ForkRequest, sockets: list[int]) -> None:
        parent = os.getpid()
        try:
            pid = os.fork()
        except OSError as error:  # out of memory or processes
            with contextlib.suppress(OSError):  # the server no longer waits for it
                os.write(sockets[-1], write_status(FAILED, error.errno or 1))
            return
        if pid == 0:
            self._become_worker(parent, request, sockets)
        with contextlib.suppress(OSError):  # it has done so itself
            os.setpgid(pid, pid)
        worker = _Worker(pid, socket.socket(fileno=os.dup(sockets[-1])))
        self._workers.append(worker)
        self._selector.register(worker.status, selectors.EVENT_READ, worker)

    def _become_worker(self, parent: int, request: ForkRequest, sockets: list[int]) -> NoReturn:
        status = 1
        try:
            os.setpgid(0, 0)
            self._leave()
            for number in range(3):
                os.dup2(sockets[number], number)
            sandbox_exec.confine(parent, list(request.limits))
            sandbox_exec.set_command_line(start.command(PROGRAM, request.label))
            os.write(sockets[-1], write_status(STARTED, os.getpid()))
            for descriptor in sockets:
                os.close(descriptor)
            status = program.main(task_confinement.confine) if self._confined else program.main()
        except BaseException:
            traceback.print_exc()
        finally:
            with contextlib.suppress(OSError, ValueError):
                sys.stderr.flush()
            os._exit(status)

    def _leave(self) -> None:
        """Close in a worker what belongs to the fork server."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._selector.close()
        for other in self._workers:
            other.status.close()
        for end in (self._requests, self._signals, self._signals_write):
            end.close()

    def _look_after(self, worker: _Worker) -> None:
        """Report the end of a worker, or reap it if nobody waits for its end."""
        if worker.is_released:
            if os.waitpid(worker.pid, os.WNOHANG)[0]:
                self._workers.remove(worker)
        elif not worker.has_ended:
            ended = os.waitid(os.P_PID, worker.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if ended is not None:
                worker.has_ended = True
                is_exit = ended.si_code == os.CLD_EXITED
                status = ended.si_status if is_exit else -ended.si_status
                with contextlib.suppress(OSError):  # nobody waits for it: the socket's end follows
                    worker.status.send(write_status(ENDED, status))

    def _release(self, worker: _Worker) -> None:
        """End a worker whose status socket the server has closed."""
        with contextlib.suppress(OSError):
            if worker.status.recv(16):
                return
        self._selector.unregister(worker.status)
        worker.status.close()
        worker.is_released = True
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(worker.pid, signal.SIGKILL)
        self._look_after(worker)


def main() -> int:
    """Serve the socket of the command line; return the exit status."""
    confined = "--unconfined" not in sys.argv
    descriptor, *names = [word for word in sys.argv[1:] if word != "--unconfined"]
    task_confinement.landlock_abi()  # it looks for the C library by a program, once for all workers
    with socket.socket(fileno=int(descriptor)) as requests:
        requests.set_inheritable(False)
        Forks(requests, confined=confined).serve(TASKS[name] for name in names)
    return 0


if __name__ == "__main__":
    sys.exit(main())
