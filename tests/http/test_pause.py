"""A server that was stopped and goes on does not take its own pause for its client's silence."""

import signal
import subprocess
import sys
import time

_SCRIPT = """
import asyncio, os, sys
from aiohttp import StreamReader
from aiohttp.base_protocol import BaseProtocol
from server.http.body import Body
from server.http.limits import Limits

class Fed(BaseProtocol):
    __slots__ = ("content",)

    def data_received(self, data):
        self.content.feed_data(data)

async def main():
    loop = asyncio.get_running_loop()
    fed = Fed(loop)
    content = fed.content = StreamReader(fed, 65536, loop=loop)
    await loop.connect_read_pipe(lambda: fed, os.fdopen(0, "rb"))
    limits = Limits(upload_stall_s=0.4, upload_wall_s=0.6, upload_min_rate=10, upload_window_s=0.4)
    body = Body(content, limits)
    for _ in range(3):
        print(len(await body.read()), flush=True)

asyncio.run(main())
"""


def test_the_pause_of_the_server_is_no_silence_of_the_client() -> None:
    command = [sys.executable, "-c", _SCRIPT]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, **pipes) as process:  # type: ignore[call-overload]
        assert process.stdin is not None
        assert process.stdout is not None
        for size in (5, 6, 7):
            process.stdin.write(bytes(size))
            process.stdin.flush()
            assert process.stdout.readline() == b"%d\n" % size
            if size < 7:
                process.send_signal(signal.SIGSTOP)
                time.sleep(0.5)
                process.send_signal(signal.SIGCONT)
