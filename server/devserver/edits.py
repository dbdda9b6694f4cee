"""What the page changes: the file, and the sound and photos that it is shown with."""

from aiohttp import web

from server.devserver.file_writer import Conflict, Writer
from server.devserver.handlers import read_wish
from server.devserver.uploads import KINDS, Uploads
from server.devserver.watched_file import Subject

_LONGEST_NAME = 200


class Edits:
    """The handlers that change something.

    Args:
        subject: the file as it is read.
        writer: writes it.
        uploads: takes other tracks and photos.
    """

    def __init__(self, subject: Subject, writer: Writer, uploads: Uploads) -> None:
        self._subject = subject
        self._writer = writer
        self._uploads = uploads

    async def write(self, request: web.Request) -> web.StreamResponse:
        """Write values into the file; 409 with the reason where that may not be."""
        wish = await read_wish(request)
        state = self._subject.state
        if state.loaded is None or wish.get("revision") != state.revision:
            return _refused("The file has changed meanwhile, so nothing was written.")
        values = wish.get("values")
        if not isinstance(values, dict) or not values:
            raise web.HTTPBadRequest
        try:
            edit = self._writer.write(state.loaded, values)
        except Conflict as conflict:
            return _refused(str(conflict))
        return web.json_response({"written": edit.written, "left": edit.left})

    async def undo(self, _request: web.Request) -> web.StreamResponse:
        """Take the last write back; 409 with the reason where that may not be."""
        try:
            self._writer.undo()
        except Conflict as conflict:
            return _refused(str(conflict))
        return web.json_response({})

    async def drop(self, request: web.Request) -> web.StreamResponse:
        """Show the effect with another track or photo: the body is the file, `name` its name."""
        kind = request.match_info["kind"]
        if kind not in KINDS:
            raise web.HTTPNotFound
        name = request.query.get("name", kind)[:_LONGEST_NAME]
        await self._uploads.take(kind, name, request.content.iter_any())
        await self._subject.tell()
        await self._uploads.discard_replaced()
        return web.json_response({})


def _refused(why: str) -> web.Response:
    return web.json_response({"reason": why}, status=409)
