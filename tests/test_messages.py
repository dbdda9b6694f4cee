import json
import re

import pytest

from server.cli.support.command_error import error_text
from server.errors import ToqiboxError, localize
from server.jobs.execution.worker_process import TaskError
from server.messages import MESSAGES, Message, message, read_values
from server.protocol.wire.events import Failed


@pytest.mark.parametrize("key", MESSAGES)
def test_every_reason_has_both_languages_with_the_same_placeholders(key: str) -> None:
    english, russian = MESSAGES[key]
    assert re.findall(r"{(\w+)}", english) == re.findall(r"{(\w+)}", russian)
    assert re.search("[а-яё]", russian)


def test_a_sentence_is_in_one_language() -> None:
    why = message("between", minimum=0, maximum=1)
    error = ToqiboxError("invalid_parameter", name="params.size", reason=why)
    russian = localize(error.code, "ru", error.values)
    assert russian == "Поле «params.size» заполнено неверно: нужно от 0 до 1."
    assert localize(error.code, "en", error.values).endswith("must be between 0 and 1.")


def test_a_reason_is_passed_from_a_worker() -> None:
    why = message("past_the_end", seconds="3.2")
    assert Message.from_json(why.to_json()) == why
    assert Message.from_json("words") == "words"
    nested = message("preset_file", place="effect", why=why)
    values = json.loads(json.dumps({"why": nested, "limit": 3}, default=Message.to_json))
    assert read_values(values) == {"why": nested, "limit": 3}
    assert read_values(None) == {}
    values = json.loads(json.dumps({"why": message("no_sound")}, default=Message.to_json))
    failed = Failed(code="undecodable_audio", values=values)
    text = error_text(TaskError(failed.code, "", failed))
    assert text == "The audio file cannot be read: it contains no audio."
    assert Message.from_json({"reason": "unheard of"}) == "{'reason': 'unheard of'}"
