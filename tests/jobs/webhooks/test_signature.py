"""Signatures and times of webhooks."""

import base64

import pytest

from server.config import Config, ConfigError
from server.jobs.webhooks.retry_schedule import MAX_AGE_MS, retry_at
from server.jobs.webhooks.signature import sign

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'
ID, TIME = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330


def test_the_example_of_the_specification() -> None:
    [secret] = Config.from_env({"WEBHOOK_SECRET": SECRET}).webhook_secrets
    assert sign(ID, TIME, BODY, [secret]) == {
        "webhook-id": ID,
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_each_secret_signs_while_one_is_being_replaced() -> None:
    second = "whsec_" + base64.b64encode(bytes(32)).decode()
    config = Config.from_env({"WEBHOOK_SECRET": f"{SECRET}, {second}"})
    signatures = sign(ID, TIME, BODY, config.webhook_secrets)["webhook-signature"].split(" ")
    assert len(set(signatures)) == 2
    assert signatures[0] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("text", ["hunter2", "whsec_", "whsec_c2hvcnQ=", "whsec_" + "!" * 40])
def test_an_invalid_secret_stops_the_start_and_is_not_shown(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Config.from_env({"WEBHOOK_SECRET": text})
    assert f"={text!r}" not in str(caught.value)
    assert str(caught.value).startswith("WEBHOOK_SECRET=… is not valid")
    assert "MfKQ" not in repr(Config.from_env({"WEBHOOK_SECRET": SECRET}))


@pytest.mark.fault("E21", "K08")
@pytest.mark.parametrize("random", [0.0, 0.5, 1.0])
def test_attempts_are_spread_over_a_day(random: float) -> None:
    now, attempts, times = 0, 0, [0]
    while (following := retry_at(0, attempts := attempts + 1, now, 0, random)) is not None:
        assert following > now
        times.append(now := following)
    assert 10 <= len(times) <= 11
    assert 4_000 <= times[1] <= 6_000
    assert 0.7 * MAX_AGE_MS <= times[-1] <= MAX_AGE_MS


@pytest.mark.fault("K08")
def test_a_receiver_may_ask_for_more_time() -> None:
    assert retry_at(0, 1, 1000, 90, 0.5) == 91_000
    assert retry_at(0, 1, 1000, 999_999, 0.5) == MAX_AGE_MS
