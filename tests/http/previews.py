"""Previews as tests ask for them."""

import json
import os
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from server.jobs.previews.preview_slots import LABEL
from server.jobs.previews.sample_media import SAMPLE_NAMES, samples_key
from tests.harness import processes
from tests.http.conftest import Running
from tests.http.wire import Response, form, part, post

SIZE = (part("width", "64"), part("height", "36"))
PULSE = """/*{"INPUTS": [{"NAME": "inputImage", "TYPE": "image"},
    {"NAME": "size", "TYPE": "float", "MIN": 0, "MAX": 1, "BIND": "level"}]}*/
void main() { gl_FragColor = mix(IMG_THIS_PIXEL(inputImage), vec4(size, TIME, 0.5, 1.0), 0.5); }
"""


def preview(*parts: bytes, headers: tuple[str, ...] = ()) -> bytes:
    """Return a POST /preview of these parts."""
    return post(form(*parts), *headers).replace(b"POST /export", b"POST /preview", 1)


def pixels_of(response: Response) -> NDArray[np.uint8]:
    assert response.status == 200, response.body
    with Image.open(BytesIO(response.body)) as image:
        return np.asarray(image.convert("RGBA"))


def facts_of(response: Response) -> dict[str, object]:
    return dict(json.loads(response.headers["x-frame"]))


def workers() -> list[processes.Process]:
    """Return the workers that draw previews."""
    children = processes.descendants(os.getpid())
    return [child for child in children if child.command.split()[-1:] == [LABEL]]


def add_samples(running: Running, media: tuple[bytes, bytes]) -> None:
    """Put a short track and small photos in the place of the samples, which are slow to make."""
    folder = running.service.data.previews / samples_key()
    folder.mkdir(parents=True)
    for (field, name), content in zip(SAMPLE_NAMES.items(), (*media, media[1]), strict=True):
        assert field in ("audio", "photo", "photo2")
        (folder / name).write_bytes(content)
