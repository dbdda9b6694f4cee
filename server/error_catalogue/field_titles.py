"""Titles of the fields of a request, for sentences."""

import re

from server.messages import BilingualText

FIELD_TITLES = {
    "audio": BilingualText("Track", "Трек"),
    "photo": BilingualText("Photo", "Фото"),
    "photo2": BilingualText("Second photo", "Второе фото"),
    "duration": BilingualText("Length", "Длительность"),
    "start": BilingualText("Beginning", "Начало"),
    "plan": BilingualText("Plan", "Тариф"),
    "effect": BilingualText("Effect", "Эффект"),
    "params": BilingualText("Settings of the effect", "Настройки эффекта"),
    "preset": BilingualText("Preset", "Пресет"),
    "aspect": BilingualText("Aspect ratio", "Формат кадра"),
    "fit": BilingualText("Fit of the photo", "Размещение фото"),
    "fps": BilingualText("Frames per second", "Кадры в секунду"),
    "title": BilingualText("Title", "Название"),
    "artist": BilingualText("Artist", "Исполнитель"),
    "tempo": BilingualText("Tempo", "Темп"),
    "allowFlashing": BilingualText("Allow flashing", "Разрешить вспышки"),
    "codec": BilingualText("Codec", "Кодек"),
    "quality": BilingualText("Quality", "Качество"),
    "webhook": BilingualText("Address of your server", "Адрес вашего сервера"),
    "trackId": BilingualText("Track", "Трек"),
    "images": BilingualText("Photos", "Фото"),
    "time": BilingualText("Moment", "Момент"),
    "frame": BilingualText("Frame", "Кадр"),
    "width": BilingualText("Width", "Ширина"),
    "height": BilingualText("Height", "Высота"),
    "format": BilingualText("Format of the picture", "Формат картинки"),
}
"""Titles of the fields of a request, for people; programs use the names."""
_IN_CHAIN = re.compile(r"effect\[([0-9]+)\]")
_LAST_NAME = re.compile(r"([A-Za-z_][\w-]*)(?:\[[0-9]+\])*$")


def field_title(field: str) -> BilingualText:
    """Return the title of a field or of a place in it; a name without one is its own title."""
    if field in FIELD_TITLES:
        return FIELD_TITLES[field]
    if match := _IN_CHAIN.fullmatch(field):
        number = int(match[1]) + 1
        return BilingualText(f"Effect {number}", f"Эффект {number}")
    last = _LAST_NAME.search(field)
    name = last[1] if last else field
    return FIELD_TITLES.get(name, BilingualText(name))
