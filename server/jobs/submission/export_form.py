"""Text fields of an export: each is validated once, on arrival."""

from collections.abc import Iterator, Set
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from server.access.principal import Entitlement
from server.concurrency import run_in_thread
from server.config import Config
from server.effects.library.library import Library
from server.errors import ToqiboxError
from server.jobs.model.effect_source import EffectSource
from server.jobs.model.requested_effect import requested_effects, unread_source
from server.jobs.storage.kept_uploads import OwnUploads
from server.jobs.submission.admission import Admission
from server.jobs.submission.chain import CheckedEffect, check_chain
from server.jobs.submission.fields import check_text
from server.jobs.submission.presets import Presets
from server.jobs.submission.refusal import invalid_field
from server.jobs.submission.request import Request, make_request
from server.jobs.validation.cache import ValidationCache
from server.messages import message

_CHAIN_FIELDS = ("effect", "params", "preset")
"""Fields that determine the effects and their params."""
_UPLOAD_FIELDS = ("trackId", "images")
"""Fields that name uploads that are kept."""


class SenderRights(NamedTuple):
    """Plans, effects and uploads that the sender of a form may use, and its turn in queues."""

    entitlement: Entitlement
    uploads: OwnUploads
    share: str
    """Of the sender in the queues; see FairQueue."""


class KeptFile(NamedTuple):
    """File of a form that was sent before."""

    field: str
    """Its field in errors."""
    kind: str
    """Its kind as KeptUploads names it."""
    id: str


@contextmanager
def _naming_field(kept: KeptFile, *, with_key: bool) -> Iterator[None]:
    """Let the errors of a kept file name its field.

    Args:
        kept: the file.
        with_key: True if the files of other keys are unknown too.

    Raises:
        ToqiboxError: unknown_upload instead of not_found, since the path of the request is right.
    """
    try:
        yield
    except ToqiboxError as error:
        if error.code == "not_found":
            why = message("upload_of_key") if with_key else ""
            raise ToqiboxError(
                "unknown_upload", field=kept.field, name=kept.field, why=why
            ) from None
        error.field = kept.field
        raise


class ExportForm:
    """Validates the text fields of an export as they arrive and builds the request.

    Valid values are kept: no field is read twice.
    """

    def __init__(
        self,
        config: Config,
        library: Library,
        presets: Presets,
        validations: ValidationCache,
        admission: Admission,
        rights: SenderRights,
    ) -> None:
        self._config = config
        self._library = library
        self._presets = presets
        self._validations = validations
        self._admission = admission
        self._entitlement, self._uploads, self._share = rights
        self._values: dict[str, Any] = {}
        self._chain: tuple[CheckedEffect, ...] | None = None
        """Effects of the fields so far; None until they are known."""
        self.kept_files: dict[str, KeptFile] = {}
        """Files that were sent before, by the name of the file that they replace."""

    async def add(self, name: str, text: str) -> None:
        """Validate a field; once it names effects, validate each of them.

        Raises:
            ToqiboxError: for an invalid field, with its name.
        """
        value = check_text(name, text, self._config)
        if value is None:
            return
        self._values[name] = value
        await self._check_value(name, value)
        if name in _CHAIN_FIELDS and self._values.keys() & {"effect", "preset"}:
            for checked in await self._check_chain():
                if "preset" in self._values:
                    await self._require_valid(checked.source, checked.field)
        elif name == "aspect" and "preset" in self._values:
            self._chain = None  # a preset may have other params in another aspect

    async def _check_value(self, name: str, value: Any) -> None:
        """Refuse a value that this server or this sender cannot have."""
        if name == "codec":
            self._admission.check_codec(value)
        if name == "plan":
            self._entitlement.check_plan(value)
        if name in _UPLOAD_FIELDS:
            await self._add_kept_files(name, value)
        if name == "effect":
            effects = requested_effects(value)
            for field, effect in effects:
                if effect.source is not None:
                    self._entitlement.check_custom(field)
            sources = [unread_source(effect.source) for _, effect in effects if effect.source]
            await self._validations.custom.check_quarantine(
                source.with_local_paths for source in sources
            )
            for field, effect in effects:
                known = effect.id if effect.source is None else unread_source(effect.source)
                await self._require_valid(known, field)

    async def _add_kept_files(self, field: str, value: str | dict[str, str]) -> None:
        """Add the uploads that a field names, if all of them are there."""
        if isinstance(value, str):
            files = {"audio": KeptFile(field, "track", value)}
        else:
            files = {
                name: KeptFile(f"{field}.{name}", "photo", upload_id)
                for name, upload_id in value.items()
            }
        for kept in files.values():
            with _naming_field(kept, with_key=self._uploads.are_of_a_key):
                await run_in_thread(self._uploads.get, kept.kind, kept.id)
        self.kept_files |= files

    async def link_kept_files(self, folder: Path) -> None:
        """Make the files that were sent before appear in the folder of the others.

        Raises:
            ToqiboxError: upload_expired: one of them was removed meanwhile.
        """
        for name, kept in self.kept_files.items():
            with _naming_field(kept, with_key=self._uploads.are_of_a_key):
                await run_in_thread(self._uploads.link, kept.kind, kept.id, folder / name)

    def check_files(self, files: Set[str], *, needs_audio: bool = True) -> None:
        """Refuse a file that was sent and named by an id too, and a form without a track.

        Args:
            files: names of the files that were sent.
            needs_audio: False if nothing is wrong without a track.

        Raises:
            ToqiboxError: invalid_parameter, missing_field.
        """
        for name, kept in self.kept_files.items():
            if name in files:
                raise invalid_field(kept.field, message("excludes", name=name))
        if needs_audio and "audio" not in {*files, *self.kept_files}:
            raise ToqiboxError("missing_field", field="audio", name="audio")

    async def finish(self, *, has_photo2: bool) -> Request:
        """Build the request of all fields, whose effects are valid.

        Args:
            has_photo2: True if a second photo is sent now or was sent before.

        Raises:
            ToqiboxError: what is wrong, with the name of the field.
        """
        chain = self._chain or await self._check_chain()
        if "plan" not in self._values:
            self._entitlement.check_plan(self._entitlement.default_plan)
            self._values["plan"] = self._entitlement.default_plan
        request = await run_in_thread(
            make_request, self._values, chain, self._config, self._presets, photo2=has_photo2
        )
        for checked in request.chain:
            await self._require_valid(checked.source, checked.field)
        return request

    async def _check_chain(self) -> tuple[CheckedEffect, ...]:
        chain = await run_in_thread(check_chain, self._values, self._library, self._presets)
        for checked in chain:
            if checked.effect.premium and not checked.source.custom:
                self._entitlement.check_premium(checked.source.id, checked.field)
        self._chain = chain
        return chain

    async def _require_valid(self, effect: str | EffectSource, field: str) -> None:
        """Refuse an invalid effect; the error names `field`.

        Args:
            effect: id of the library, or source.
        """
        try:
            if isinstance(effect, str):
                effect = await run_in_thread(self._validations.source, effect)
            await self._validations.require_valid(effect, self._share)
        except ToqiboxError as error:
            error.field = field if error.field == "effect" else error.field
            raise
