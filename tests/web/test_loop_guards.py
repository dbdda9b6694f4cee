"""A browser leaves endless loops, and draws finite ones as before."""

from pathlib import Path

import pytest

from server.cli.tasks.effect_loader import read
from tests.web.conftest import PlayerPage

pytestmark = pytest.mark.browser

ENDLESS = """/*{"ISFVSN": "2"}*/
float walk(float x) {
    do { x += 0.0; } while (x < 1.0);
    return x;
}
void main() {
    int rounds = 0;
    for (int i = 0; i < 100000; i++) for (int j = 0; j < 100000; j++) rounds++;
    while (true) walk(0.5);
    gl_FragColor = vec4(rounds == 32768, 1.0, 0.0, 1.0);
}
"""
NESTED = """/*{"ISFVSN": "2"}*/
int rounds = 0;
void inner() { for (int j = 0; j < 30000; j++) rounds++; }
void main() {
    bool one = gl_FragCoord.x + gl_FragCoord.y < 2.0;
    if (one) for (int i = 0; i < 30000; i++) inner();
    gl_FragColor = vec4(!one || rounds > 1000000 && rounds < 1048577, 1.0, 0.0, 1.0);
}
"""
MARCH = """/*{"ISFVSN": "2"}*/
void main() {
    float t = 0.0;
    int rounds = 0;
    while (t < 3.0) { t += 0.25; for (int i = 0; i < rounds; i++) if (i > 4) break; rounds++; }
    gl_FragColor = vec4(float(rounds) / 255.0, t / 4.0, 0.0, 1.0);
}
"""


@pytest.mark.slow
async def test_an_endless_loop_ends(player_page: PlayerPage, tmp_path: Path) -> None:
    for text, expected in (
        (ENDLESS, [255, 255, 0]),
        (NESTED, [255, 255, 0]),
        (MARCH, [12, 191, 0]),
    ):
        path = tmp_path / "loops.fs"
        path.write_text(text)
        drawn = await player_page.draw(read(path).effect, {}, [0], second=False)
        assert not isinstance(drawn, str), drawn
        assert drawn[0].reshape(-1, 3).tolist() == [expected] * (64 * 36)
