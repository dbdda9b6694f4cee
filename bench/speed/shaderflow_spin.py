"""A video of two fetches of a photo by ShaderFlow, run by an interpreter that has it.

    PYTHON shaderflow_spin.py PHOTO OUT WIDTH HEIGHT FPS SECONDS

A disc of the photo tilts before a copy that sways, as in `spin`. Prints the seconds without the
start of the interpreter.
"""

import os
import sys
import tempfile
import time
import types
from importlib import import_module
from pathlib import Path
from typing import Any

FRAGMENT = """
void main() {
    vec2 turned = rotate2d(0.1 * sin(iTime)) * (astuv - 0.5) / (1.0 + 0.05 * sin(3.0 * iTime));
    vec2 slid = (astuv - 0.5 + 0.025 * sin(iTime / 3.0)) / 1.09;
    vec3 front = texture(background, turned + 0.5).rgb;
    vec3 back = 0.4 * texture(background, slid + 0.5).rgb;
    fragColor = vec4(mix(back, front, step(length(astuv - 0.5), 0.36)), 1.0);
}
"""


def main() -> None:
    """Render and print the seconds."""
    photo, out, width, height, fps, seconds = sys.argv[1:]
    os.environ["WINDOW_BACKEND"] = "headless"
    sys.modules["soundcard"] = types.ModuleType("soundcard")  # it needs an audio device to load
    texture: Any = import_module("shaderflow.texture")
    scene: Any = import_module("shaderflow.scene")
    with tempfile.TemporaryDirectory() as name:
        fragment = Path(name) / "spin.frag"
        fragment.write_text(FRAGMENT)

        def build(self: Any) -> None:
            texture.ShaderTexture(scene=self, name="background").from_image(photo)
            self.shader.fragment = fragment

        show = type("Spin", (scene.ShaderScene,), {"build": build})(backend="headless")
        show.ffmpeg.h264(preset="veryfast", crf=20)
        began = time.perf_counter()
        show.main(
            width=int(width), height=int(height), fps=float(fps), time=float(seconds), output=out
        )
        print(f"\n{time.perf_counter() - began}")


if __name__ == "__main__":
    main()
