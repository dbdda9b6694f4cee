"""Size expressions have the same results in the browser and on the server."""

import json

import pytest

from server.effects.model.size_expression import evaluate
from tests.web.conftest import PlayerPage

pytestmark = pytest.mark.browser

EXPRESSIONS = [
    *("$WIDTH / 8", "floor($WIDTH/2.0)", "max($WIDTH / 8, 32)", "2 + 3 * 4 - 1", "2 ^ 3 ^ 2"),
    *("-2 ** 2", "7 % 3", "-7 % 3", "7.5 % -2", "mod(-7, 3)", "pow(2, 0.5)", "round(-2.5)"),
    *("$count", "COUNT", "count * 1e2", ".5 + 1.", "1 / 0", "1 % 0", "sqrt(-1)", "log(0)"),
    *("exp(1000)", "min(exp(1000), 5)", "0 ^ -1", "(-8) ^ (1 / 3)", "", "()", "1 2", "min(1)"),
    *("max(1, 2, 3)", "__proto__", "constructor", "constructor(1)", "toString", "$", "1 +", "é"),
    *("(" * 40 + "1" + ")" * 40, "1" + " + 1" * 400, "- - + 3", "$WIDTH$HEIGHT", "1e400 - 1e400"),
]
NAMES = {"WIDTH": 180.0, "HEIGHT": 90.0, "count": 12.0}


async def test_sizes_agree(player_page: PlayerPage) -> None:
    script = f"{json.dumps(EXPRESSIONS)}.map((text) => evaluate(text, {json.dumps(NAMES)}))"
    results = dict(zip(EXPRESSIONS, await player_page.page.run(script), strict=True))
    assert results == {text: pytest.approx(evaluate(text, NAMES)) for text in EXPRESSIONS}
