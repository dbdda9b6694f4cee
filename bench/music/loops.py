"""Drum loops: several styles and kits, with fills, breaks, swing and changes of tempo."""

import numpy as np

from bench.music import drums, grid, mixing
from bench.music.beat import Drummer, drummer
from bench.music.patterns import STYLES, Style
from bench.music.track import RATE, Track, truth

_SECONDS = 26.0


def make(seed: int) -> Track:
    """Make a drum loop of 60 to 180 beats a minute."""
    rng = np.random.default_rng([2, seed])
    name = list(STYLES)[seed % len(STYLES)]
    style = STYLES[name]
    tempo = rng.uniform(*style.tempo)
    change = str(rng.choice(["none", "none", "none", "drift", "step", "ramp"]))
    beats = int(_SECONDS * tempo / 60 * 1.3) // 4 * 4 + 4
    curve = grid.tempo_curve(rng, tempo, beats, change)
    swing = rng.uniform(*style.swing)
    times = grid.times(curve, rng.choice([0.0, rng.uniform(0, 1.5)]))
    places = grid.Grid(times, 4, swing, style.unit)
    bus = mixing.Bus(_SECONDS)
    player = drummer(rng, drums.kit(rng), places, bus, style)
    broken = _play(player, style, beats // 4)
    mix = mixing.panned(bus.sound, rng.uniform(-0.2, 0.2))
    if rng.random() < 0.6:
        wet = 10 ** (rng.uniform(-26, -12) / 20)
        mix = mix + wet * mixing.room(rng, bus.sound, rng.uniform(0.3, 1.6))
    loud = float(rng.choice([0.0, rng.uniform(0.2, 1.0)]))
    samples = mixing.master(rng, mix, loud, 10 ** (rng.uniform(-26, 0) / 20))
    description = f"{name} {tempo:.0f} {change}, swing {swing:.2f}, loud {loud:.1f}{broken}"
    return Track(samples, truth(places, len(samples) / RATE, player.onset_times), description)


def _play(player: Drummer, style: Style, bars: int) -> str:
    """Play all bars; return a description of the break, if there is one."""
    rng = player.rng
    main = style.bars[int(rng.integers(len(style.bars)))]
    other = style.bars[int(rng.integers(len(style.bars)))]
    filled = int(rng.choice([2, 4, 4, 8]))
    rest = int(rng.integers(3, 7)) if rng.random() < 0.3 else -9
    length = int(rng.integers(1, 3))
    for count in range(bars):
        first = 4.0 * count
        if rest <= count < rest + length:
            continue
        bar = other if count % 8 >= 4 and rng.random() < 0.7 else main
        ends = count % filled == filled - 1
        player.bar(bar, first, end=2.0 if ends else 4.0)
        if ends:
            player.fill(first + 2)
        if count and count % filled == 0 and rng.random() < 0.5:
            player.play("crash", first, 0.8)
        if style.rolls:
            _ornament(player, first)
    return f", silent for {length} bars from {rest}" if rest >= 0 else ""


def _ornament(player: Drummer, first: float) -> None:
    """Play the hat rolls of trap: thirty-seconds or triplets over half a beat or a beat."""
    if player.rng.random() < 0.5:
        where = float(player.rng.choice([1.5, 2.5, 3.0, 3.5]))
        steps = int(player.rng.choice([6, 8])) if where != 3.0 else 6
        player.roll("hat", first + where, 0.5, steps)
