"""Catalogue of errors: code, HTTP status, sentence in two languages; titles of fields.

All sentences for clients are written here and in messages.py and warnings.py. They contain no path,
stack trace or output of a tool: those go to the log.
"""

import re
from dataclasses import dataclass

from server.messages import BilingualText


@dataclass(frozen=True)
class ErrorSpec:
    """Entry of the catalogue."""

    status: int | None
    """HTTP status; None if the error only ends jobs."""
    retryable: bool
    """True if the same request can succeed later."""
    en: str
    ru: str


def _spec(status: int | None, en: str, ru: str, *, retryable: bool = False) -> ErrorSpec:
    return ErrorSpec(status, retryable, en, ru)


CATALOGUE: dict[str, ErrorSpec] = {
    # The request
    "malformed_request": _spec(
        400, "The request cannot be understood.", "Не удалось разобрать запрос."
    ),
    "malformed_multipart": _spec(
        400, "The form is malformed.", "Форма отправлена с ошибкой формата."
    ),
    "missing_field": _spec(
        400, "The field “{name}” is missing{why}.", "Не хватает поля «{name}»{why}."
    ),
    "duplicate_field": _spec(
        400, "The field “{name}” is given twice.", "Поле «{name}» передано дважды."
    ),
    "unknown_field": _spec(
        400,
        "There is no field “{name}”. Known fields: {known}.",
        "Поля «{name}» не существует. Известные поля: {known}.",
    ),
    "upload_incomplete": _spec(
        400,
        "The upload ended too early. Please send it again.",
        "Загрузка оборвалась. Отправьте файлы ещё раз.",
        retryable=True,
    ),
    "unauthenticated": _spec(
        401, "A valid API key is needed{why}.", "Нужен действующий ключ API{why}."
    ),
    "plan_not_allowed": _spec(
        403,
        "This key does not include the plan “{name}”. It may use: {known}.",
        "Этот ключ не даёт тарифа «{name}». С ним можно: {known}.",
    ),
    "effect_not_allowed": _spec(
        403,
        "The effect “{name}” is not part of the plan of this key.",
        "Эффект «{name}» не входит в тариф этого ключа.",
    ),
    "not_found": _spec(404, "There is nothing here{why}.", "Здесь ничего нет{why}."),
    "method_not_allowed": _spec(
        405, "This method is not allowed here.", "Этот метод здесь не поддерживается."
    ),
    "upload_timeout": _spec(
        408,
        "The upload was too slow and was stopped.",
        "Загрузка шла слишком медленно и была остановлена.",
        retryable=True,
    ),
    "result_not_ready": _spec(
        409, "The video is not ready yet.", "Видео ещё не готово.", retryable=True
    ),
    "idempotency_in_progress": _spec(
        409,
        "A request with this key is still being handled.",
        "Запрос с этим ключом ещё выполняется.",
        retryable=True,
    ),
    "result_expired": _spec(
        410,
        "This video is no longer available, or was never finished.",
        "Этого видео больше нет, или оно не было создано.",
    ),
    "upload_expired": _spec(
        410,
        "This upload is no longer kept. Please send the file again.",
        "Этот файл уже удалён. Отправьте его ещё раз.",
        retryable=True,
    ),
    "precondition_failed": _spec(
        412, "The file does not match “If-Match”.", "Здесь уже не то, что названо в «If-Match»."
    ),
    "body_too_large": _spec(
        413, "The request is larger than {limit} MB.", "Запрос больше {limit} МБ."
    ),
    "file_too_large": _spec(
        413, "The file “{name}” is larger than {limit}.", "Файл «{name}» больше {limit}."
    ),
    "duration_too_long": _spec(
        413,
        "The video would be longer than {limit} seconds. Choose a part of the track that is not "
        "longer than {limit} seconds.",
        "Видео было бы длиннее {limit} секунд. Выберите часть трека не длиннее {limit} секунд.",
    ),
    "image_too_large": _spec(
        413,
        "The photo has too many pixels: {size}. This file type may have at most {maximum} "
        "megapixels and {side} pixels a side.",
        "Фото слишком большое: {size}. Файлу этого вида можно {maximum} мегапикселей и {side} по "
        "стороне.",
    ),
    "unsupported_media_type": _spec(
        415,
        "The file “{name}” has an unsupported format. Supported: {accepted}.",
        "Файл «{name}» не поддерживается. Подойдут: {accepted}.",
    ),
    "unsupported_content_type": _spec(
        415,
        "Send a multipart/form-data form with the files.",
        "Отправьте форму multipart/form-data с файлами.",
    ),
    "unsupported_content_encoding": _spec(
        415,
        "Send the body without Content-Encoding.",
        "Отправьте тело запроса без Content-Encoding.",
    ),
    "range_not_satisfiable": _spec(
        416, "The range is outside the file.", "В файле нет таких байтов."
    ),
    "undecodable_audio": _spec(
        422, "The audio file cannot be read{why}.", "Не удалось прочитать аудиофайл{why}."
    ),
    "undecodable_image": _spec(
        422, "The photo cannot be read{why}.", "Не удалось прочитать фото{why}."
    ),
    "invalid_parameter": _spec(
        422,
        "The field “{name}” is not valid: {reason}.",
        "Поле «{name}» заполнено неверно: {reason}.",
    ),
    "unknown_effect": _spec(
        422, "There is no effect “{name}”.{hint}", "Эффекта «{name}» нет.{hint}"
    ),
    "shader_rejected": _spec(
        422,
        "This effect is not accepted by the server{why}.",
        "Сервер не принимает этот эффект{why}.",
    ),
    "shader_compile_failed": _spec(
        422, "The effect “{name}” does not compile.", "Эффект «{name}» не компилируется."
    ),
    "idempotency_mismatch": _spec(
        422,
        "This key was used with another request.",
        "Этот ключ уже использован с другим запросом.",
    ),
    # The server
    "queue_full": _spec(
        429,
        "Too many videos are waiting. Please try again in a while.",
        "Сейчас слишком много видео в очереди. Попробуйте чуть позже.",
        retryable=True,
    ),
    "rate_limited": _spec(
        429,
        "Too many requests at once. Please try again in a while.",
        "Слишком много запросов сразу. Попробуйте чуть позже.",
        retryable=True,
    ),
    "too_many_jobs": _spec(
        429,
        "Too many videos: {reason}.",
        "Слишком много видео: {reason}.",
        retryable=True,
    ),
    "draining": _spec(
        503,
        "The server is restarting. Please try again in a while.",
        "Сервер перезапускается. Попробуйте чуть позже.",
        retryable=True,
    ),
    "storage_full": _spec(
        503,
        "The server has no space for more videos. Please try again later.",
        "На сервере закончилось место. Попробуйте позже.",
        retryable=True,
    ),
    "not_ready": _spec(
        503,
        "The server cannot render at the moment. Please try again later.",
        "Сервер сейчас не может создавать видео. Попробуйте позже.",
        retryable=True,
    ),
    "too_many_streams": _spec(
        503,
        "Too many pages follow their videos at the moment. Ask for the state of the video instead.",
        "Слишком много страниц следит за своими видео. Запрашивайте состояние видео сами.",
        retryable=True,
    ),
    "internal": _spec(
        500,
        "An error occurred on the server. Your files are not the cause.",
        "Ошибка на сервере. Дело не в вашем файле.",
        retryable=True,
    ),
    # The end of a job
    "render_failed": _spec(
        None, "The video could not be rendered.", "Не удалось отрисовать видео.", retryable=True
    ),
    "render_timeout": _spec(
        None,
        "Rendering the video took too long and was stopped.",
        "Видео создавалось слишком долго и было остановлено.",
        retryable=True,
    ),
    "render_stalled": _spec(
        None,
        "Rendering the video stalled.",
        "Создание видео остановилось и не продолжилось.",
        retryable=True,
    ),
    "shader_hang": _spec(
        None,
        "The effect hung or crashed the renderer, and was stopped.",
        "Эффект подвесил или обрушил отрисовку и был остановлен.",
    ),
    "worker_crashed": _spec(
        None,
        "The renderer ended before the video was finished.",
        "Отрисовка была прервана до завершения видео.",
        retryable=True,
    ),
    "encoder_failed": _spec(
        None, "The video could not be encoded.", "Не удалось закодировать видео.", retryable=True
    ),
    "encoder_stalled": _spec(
        None,
        "Encoding the video stalled.",
        "Кодирование видео остановилось.",
        retryable=True,
    ),
    "output_invalid": _spec(
        None,
        "The finished video failed its verification.",
        "Готовое видео не прошло проверку.",
        retryable=True,
    ),
    "attempts_exhausted": _spec(
        None,
        "The video could not be finished after several attempts.",
        "Видео не удалось создать после нескольких попыток.",
        retryable=True,
    ),
}

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
}
"""Titles of the fields of a request, for people; programs use the names."""
_IN_CHAIN = re.compile(r"effect\[([0-9]+)\]")
_LAST_NAME = re.compile(r"([A-Za-z_]\w*)(?:\[[0-9]+\])*$")


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
