"""The layers of `spin`, and their places in each frame, for a canvas that draws the same."""

import json
import math
import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from bench.speed.jobs import Work
from server.render.effect.renderer import CompiledPass
from server.render.gl.render_target import RenderTarget
from server.render.scene import Scene

_LAYERS = ("back", "front", "circle")


def layers(passes: Mapping[str, CompiledPass]) -> dict[str, RenderTarget]:
    """Return the targets that the last pass reads, by name."""
    targets = {name: passes[name].render_target for name in _LAYERS}
    return {name: target for name, target in targets.items() if isinstance(target, RenderTarget)}


def write(scene: Scene, passes: Mapping[str, CompiledPass], work: Work, folder: Path) -> None:
    """Write each layer as raw RGBA with straight alpha, and frames.json; see canvas.mjs."""
    width, height = work.size
    for name, target in layers(passes).items():
        pixels = np.frombuffer(target.read(), np.uint8).reshape(height, width, 4)[::-1].copy()
        if name == "circle":
            pixels[..., 1:3] = pixels[..., :1]
        alpha = np.maximum(pixels[..., 3:], 1)
        straight = pixels[..., :3].astype(np.float64) * 255 / alpha
        pixels[..., :3] = np.minimum(straight, 255).astype(np.uint8)
        (folder / name).write_bytes(pixels.tobytes())
    frames = []
    for frame in range(work.frames):
        scene.draw_effects(frame)
        values = passes["output"].draw_call.values
        frames.append(_place({n: _number(v) for n, v in values.items() if len(v) == 4}))
    (folder / "frames.json").write_text(json.dumps(frames))


def _number(value: bytes) -> float:
    return float(struct.unpack("=f", value)[0])


def _place(v: Mapping[str, float]) -> dict[str, float]:
    """Return what spin.vs computes, from its uniforms."""
    kick, level, played = v["kick"], v["level"], v["played"]
    turn, growth = 2 * math.pi, v["punch"] * kick
    light = v["rim"] * (0.45 + 0.55 * level + 1.4 * v["glow"] * kick)
    return {
        "angle": -math.radians(v["swing"]) * math.sin(turn * played / 11),
        "scale": 1 + growth,
        "circleAngle": turn * (0.3 * played + v["carried"]) / 7,
        "circleScale": 1 + 1.4 * growth,
        "x": -0.025 * math.sin(turn * played / 17),
        "y": 0.025 * math.sin(turn * (played / 13 + 0.3)),
        "backScale": 1.09 + 0.5 * growth,
        "background": min(0.8 + 0.25 * level + 0.7 * v["glow"] * kick, 1),
        "opacity": 1.0,
        "light": min(light, 1),
    }
