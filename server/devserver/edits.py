"""The handlers of requests that change the file or its media."""

from aiohttp import web

from server.devserver.file_writer import FileWriter, WriteConflict
from server.devserver.handlers import read_payload
from server.devserver.uploads import MediaUploads
from server.devserver.watched_file import WatchedFile
from server.jobs.submission.fields import FILE_FIELDS

_MAX_NAME = 200


class EditHandlers:
    """The handlers of writes, undo and dropped files.

    Args:
        watched_file: the state of the file.
        writer: writes the file.
        uploads: receives tracks and photos.
    """

    def __init__(
        self, watched_file: WatchedFile, writer: FileWriter, uploads: MediaUploads
    ) -> None:
        self._watched_file = watched_file
        self._writer = writer
        self._uploads = uploads

    async def write(self, request: web.Request) -> web.StreamResponse:
        """Write values into the file; answer 409 with the reason if that is not possible."""
        payload = await read_payload(request)
        state = self._watched_file.state
        if state.loaded is None or payload.get("revision") != state.revision:
            return _conflict("The file has changed in the meantime, so nothing was written.")
        values = payload.get("values")
        if not isinstance(values, dict) or not values:
            raise web.HTTPBadRequest
        try:
            edit = self._writer.write(state.loaded, values)
        except WriteConflict as conflict:
            return _conflict(str(conflict))
        return web.json_response({"written": edit.written, "left": edit.left})

    async def undo(self, _request: web.Request) -> web.StreamResponse:
        """Undo the last write; answer 409 with the reason if that is not possible."""
        try:
            self._writer.undo()
        except WriteConflict as conflict:
            return _conflict(str(conflict))
        return web.json_response({})

    async def drop(self, request: web.Request) -> web.StreamResponse:
        """Replace the track or a photo: the body is the file, the query has its `name`."""
        kind = request.match_info["kind"]
        if kind not in FILE_FIELDS:
            raise web.HTTPNotFound
        name = request.query.get("name", kind)[:_MAX_NAME]
        await self._uploads.receive(kind, name, request.content.iter_any())
        await self._watched_file.notify()
        await self._uploads.discard_replaced()
        return web.json_response({})


def _conflict(reason: str) -> web.Response:
    return web.json_response({"reason": reason}, status=409)
