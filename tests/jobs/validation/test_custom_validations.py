"""Validation of the sources of clients: turns, limits, and refusals that are lifted."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NoReturn

import pytest

from server.config import Config
from server.errors import ToqiboxError
from server.jobs.execution.machine import MachineProbe
from server.jobs.model import validation_result
from server.jobs.model.effect_source import EffectSource
from server.jobs.model.requested_effect import source_digest, unread_source
from server.jobs.model.validation_result import ValidationResult
from server.jobs.store.database.sqlite import DiskFull
from server.jobs.store.store import Store
from server.jobs.validation.custom_validations import CustomValidations
from server.jobs.validation.validator import EffectValidator
from server.protocol.codec import from_json
from server.protocol.results.machine import ProbeReport
from tests.harness import validation_results
from tests.harness.slots import until
from tests.jobs.validation.test_cache import GOOD, HANGS


class Held(EffectValidator):
    """Validator whose validations of some sources wait until the test lets them go on."""

    def __init__(self, config: Config, machine: MachineProbe) -> None:
        super().__init__(config, machine)
        self.go_on = asyncio.Event()
        self.begun: list[str] = []

    async def validate(self, source: EffectSource) -> ValidationResult | None:
        self.begun.append(source.text)
        if "held" in source.text:
            await self.go_on.wait()
        return await super().validate(source)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store(tmp_path / "jobs.db")
    yield store
    store.close()


@pytest.fixture
def validator(tmp_path: Path) -> Held:
    config = Config()
    machine = MachineProbe(config, tmp_path / "scratch")
    machine.report = from_json(ProbeReport, validation_results.machine_report())
    return Held(config, machine)


@pytest.fixture
def custom(store: Store, validator: Held) -> CustomValidations:
    return CustomValidations(store, validator._machine, validator)


@pytest.mark.slow
async def test_many_sources_of_one_client_do_not_delay_that_of_another(
    custom: CustomValidations, validator: Held
) -> None:
    refused: list[int | None] = []

    async def send(number: int) -> None:
        try:
            await custom.require_valid(unread_source(f"{GOOD}// held {number}"), "flood")
        except ToqiboxError as error:
            refused.append(error.retry_after if error.code == "rate_limited" else None)

    flood = [asyncio.create_task(send(number)) for number in range(12)]
    await until(lambda: len(refused) == 7)
    assert all(refused), "a refusal says when to try again"
    await custom.require_valid(unread_source(GOOD), "other")
    assert len(validator.begun) == 2
    for task in flood[1:]:
        task.cancel()
    validator.go_on.set()
    await asyncio.gather(*flood, return_exceptions=True)
    assert len(validator.begun) == 2


@pytest.mark.slow
async def test_clients_that_send_the_same_source_share_its_result(
    custom: CustomValidations, validator: Held
) -> None:
    source = unread_source(GOOD)
    await asyncio.gather(*(custom.require_valid(source, share) for share in ("a", "a", "b")))
    assert len(validator.begun) <= 2
    await custom.require_valid(source, "c")
    assert len(validator.begun) <= 2


@pytest.mark.slow
async def test_a_source_whose_refusal_was_lifted_is_validated_again(
    custom: CustomValidations, validator: Held, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validation_result, "CPU_S", 1)
    source = unread_source(HANGS.replace("i = 0; i < 60000", "i = int(TIME); i < 30000"))
    for _ in range(2):
        with pytest.raises(ToqiboxError) as caught:
            await custom.require_valid(source, "a")
        assert caught.value.code == "shader_rejected"
    assert len(validator.begun) == 1
    await store.quarantine.remove([source_digest(source.text)])
    with pytest.raises(ToqiboxError):
        await custom.require_valid(source, "a")
    assert len(validator.begun) == 2


class Hanging(EffectValidator):
    """Validator whose workers hang with every source."""

    validated = 0

    async def validate(self, source: EffectSource) -> ValidationResult | None:
        self.validated += 1
        return ValidationResult("shader_rejected", ended_worker=True)


async def test_a_source_that_hangs_on_a_full_disk_is_not_validated_again(
    validator: Held, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> NoReturn:
        raise DiskFull("by the test")

    monkeypatch.setattr(store._database, "_write", fail)
    hanging = Hanging(Config(), validator._machine)
    custom = CustomValidations(store, validator._machine, hanging)
    for _ in range(2):
        with pytest.raises(ToqiboxError) as caught:
            await custom.require_valid(unread_source(GOOD), "a")
        assert caught.value.code == "shader_rejected"
    assert hanging.validated == 1
