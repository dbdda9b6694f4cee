"""The request of fields that arrive one by one is that of the same fields together."""

from collections.abc import Iterator
from itertools import permutations

import pytest

from server.access.principal import EVERYBODY
from server.effects.effect import Effect
from server.effects.library.library import Library
from server.errors import ToqiboxError, localize
from server.jobs.submission.export_form import ExportForm, SenderRights
from server.jobs.submission.presets import Presets
from server.jobs.submission.request import check_request
from tests.http.conftest import Running

FIELDS = [
    {"effect": "bars", "params": '{"gain": 1.5}', "aspect": "9:16"},
    {"preset": "halo", "aspect": "9:16", "title": "A title"},
    {"params": "{}", "duration": "3"},
    {},
]


class CountingLibrary(Library):
    """A library that counts the requests for its effects."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def get(self, effect_id: str) -> Effect:
        self.count += 1
        return super().get(effect_id)


def _orders() -> Iterator[list[tuple[str, str]]]:
    for fields in FIELDS:
        yield from map(list, permutations(fields.items()))


def _form(running: Running, library: Library | None = None) -> ExportForm:
    service = running.service
    return ExportForm(
        service.config,
        library or service.library,
        Presets(),
        service.validations,
        service.admission,
        SenderRights(
            EVERYBODY.entitlement(service.config.plans), service.kept_uploads.of(EVERYBODY), ""
        ),
    )


async def test_the_order_of_the_fields_makes_no_difference(running: Running) -> None:
    service = running.service
    for fields in _orders():
        form = _form(running)
        for name, text in fields:
            await form.add(name, text)
        request = await form.finish(has_photo2=False)
        assert request == check_request(dict(fields), service.config, service.library, Presets())


async def test_the_effects_are_checked_when_they_arrive_and_not_again(running: Running) -> None:
    library = CountingLibrary()
    form = _form(running, library)
    await form.add("effect", "bars")
    await form.add("params", '{"gain": 1.5}')
    count = library.count
    request = await form.finish(has_photo2=False)
    assert library.count == count
    assert [link.params for link in request.chain] == [{"gain": 1.5}]


async def test_a_wrong_field_is_refused_when_it_arrives(running: Running) -> None:
    form = _form(running)
    await form.add("effect", '[{"id": "bars"}]')
    with pytest.raises(ToqiboxError) as refused:
        await form.add("params", "{}")
    assert refused.value.field == "params"


async def test_a_codec_without_encoder_is_refused_when_it_arrives(running: Running) -> None:
    form = _form(running)
    await form.add("codec", "h264")
    with pytest.raises(ToqiboxError, match="cannot encode AV1; it offers h264") as refused:
        await form.add("codec", "av1")
    assert (refused.value.code, refused.value.field) == ("invalid_parameter", "codec")
    text = localize("invalid_parameter", "ru", refused.value.values)
    assert text.endswith("этот сервер не умеет кодировать AV1; доступны: h264.")
