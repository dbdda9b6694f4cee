"""The worker of a command, and the Ctrl-C that ends it."""

import os
import signal
import threading

import pytest

from server.cli.tasks.worker_session import WorkerSession
from server.protocol.tasks import Probe
from tests.harness import processes
from tests.harness.server import eventually


def test_a_signal_that_another_thread_receives_interrupts_at_once() -> None:
    def press() -> None:
        def workers() -> list[processes.Process]:
            return [p for p in processes.descendants(os.getpid()) if p.kind == "worker"]

        # With its worker stopped, nothing but the signal can wake the event loop.
        assert eventually(workers)
        workers()[0].pause()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        os.kill(os.getpid(), signal.SIGINT)

    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    user = threading.Thread(target=press)
    try:
        user.start()
        with WorkerSession() as session, pytest.raises(KeyboardInterrupt):
            session.run(Probe())
    finally:
        user.join()
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        signal.signal(signal.SIGINT, handler)
