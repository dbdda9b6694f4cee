"""Errors of uploads: their transfer, their size, their format and their content."""

from server.error_catalogue.error_spec import ErrorSpec

UPLOAD_ERRORS: dict[str, ErrorSpec] = {
    "upload_incomplete": ErrorSpec(
        400,
        "The upload ended too early. Please send it again.",
        "Загрузка оборвалась. Отправьте файлы ещё раз.",
        retryable=True,
    ),
    "upload_timeout": ErrorSpec(
        408,
        "The upload was too slow and was stopped.",
        "Загрузка шла слишком медленно и была остановлена.",
        retryable=True,
    ),
    "unknown_upload": ErrorSpec(
        404,
        "“{name}” names no file that is kept here: its id is wrong, or it expired long ago{why}. "
        "Send the file again and use its new id.",
        "«{name}» не называет файла, который здесь хранится: идентификатор неверен или давно "
        "устарел{why}. Отправьте файл ещё раз и возьмите новый.",
    ),
    "upload_expired": ErrorSpec(
        410,
        "This upload is no longer kept. Please send the file again.",
        "Этот файл уже удалён. Отправьте его ещё раз.",
        retryable=True,
    ),
    "body_too_large": ErrorSpec(
        413, "The request is larger than {limit} MB.", "Запрос больше {limit} МБ."
    ),
    "file_too_large": ErrorSpec(
        413, "The file “{name}” is larger than {limit}.", "Файл «{name}» больше {limit}."
    ),
    "image_too_large": ErrorSpec(
        413,
        "The photo has too many pixels: {size}. This file type may have at most {maximum} "
        "megapixels and {side} pixels a side.",
        "Фото слишком большое: {size}. Файлу этого вида можно {maximum} мегапикселей и {side} по "
        "стороне.",
    ),
    "unsupported_media_type": ErrorSpec(
        415,
        "The file “{name}” has an unsupported format. Supported: {accepted}.",
        "Файл «{name}» не поддерживается. Подойдут: {accepted}.",
    ),
    "undecodable_audio": ErrorSpec(
        422, "The audio file cannot be read{why}.", "Не удалось прочитать аудиофайл{why}."
    ),
    "undecodable_image": ErrorSpec(
        422, "The photo cannot be read{why}.", "Не удалось прочитать фото{why}."
    ),
}
