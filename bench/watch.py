"""The time from saving an effect to its new frame on the watch page, in a real browser.

    python -m bench.watch [TIMES]       number of saves, 20 by default

For comparison: the time of `toqibox effects check` for the same file, including the start of a
worker. Needs Chromium.
"""

import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from server.effects.library.library import BUILT_IN
from tests.harness.browser import Chromium

EFFECT, VERTEX = "breathe.fs", "breathe.vs"
LIMIT_S = 30
READ = "Array.from(watch.player.read().slice(0, 3))"


def texts() -> tuple[str, str]:
    """Return a whole effect, and a variant that draws another image."""
    text = (BUILT_IN / EFFECT).read_text()
    at = text.rindex("}")
    last_pass = len(json.loads(text[2 : text.index("*/")])["PASSES"]) - 1
    invert = f"    if (PASSINDEX == {last_pass}) gl_FragColor.rgb = 1.0 - gl_FragColor.rgb;\n"
    return text, text[:at] + invert + text[at:]


def save(file: Path, round_number: int) -> None:
    """Write the two texts alternately."""
    file.write_text(texts()[(round_number + 1) % 2])


async def measure(address: str, file: Path, times: int) -> list[float]:
    """Return the seconds from each save to the first changed frame in the browser."""
    delays = []
    with tempfile.TemporaryDirectory() as name, Chromium(Path(name)) as chromium:
        async with chromium.page(Path(name)) as page:
            still = [{"name": "prefers-reduced-motion", "value": "reduce"}]
            await page.send("Emulation.setEmulatedMedia", features=still)  # it does not play
            await page.open(address)
            await page.until("window.watch && watch.player != null", LIMIT_S)
            for round_number in range(times):
                before = await page.run(READ)
                save(file, round_number)
                saved = time.perf_counter()
                while await page.run(READ) == before:
                    if time.perf_counter() - saved > LIMIT_S:
                        raise TimeoutError("the frame did not change")
                delays.append(time.perf_counter() - saved)
                await asyncio.sleep(0.5)
    return delays


def main() -> None:
    """Print the median and the slowest."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with tempfile.TemporaryDirectory(prefix="toqibox-bench-") as name:
        folder = Path(name)
        file = folder / EFFECT
        file.write_text(texts()[0])
        shutil.copy(BUILT_IN / VERTEX, folder)
        command = [sys.executable, "-m", "server", "effects"]
        watching = subprocess.Popen(
            [*command, "watch", str(file), "--json"], stdout=subprocess.PIPE, text=True
        )
        try:
            assert watching.stdout is not None
            address = json.loads(watching.stdout.readline())["address"]
            seconds = asyncio.run(measure(address, file, times))
        finally:
            watching.terminate()
            watching.wait()
        start = time.perf_counter()
        subprocess.run([*command, "check", str(file)], check=True, capture_output=True)
        check_seconds = time.perf_counter() - start
    print(f"{os.cpu_count()} cores, {EFFECT} saved {times} times")
    print(f"new frame after {statistics.median(seconds):.2f} s, at most {max(seconds):.2f} s")
    print(f"`effects check` of the same file: {check_seconds:.2f} s")


if __name__ == "__main__":
    main()
