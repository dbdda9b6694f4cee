from pathlib import Path

import pytest

from tests.effects.dialects.pixel_cases import SECOND, photo_pixels
from tests.render.drawing import flat, save_photo


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return the two photos as the prepare task writes them."""
    folder = tmp_path_factory.mktemp("photos")
    first = save_photo(folder / "first.rgba", photo_pixels())
    return first, save_photo(folder / "second.rgba", flat(SECOND))
