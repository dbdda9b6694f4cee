"""Errors of the server: it is busy, full or stopping, or has failed."""

from server.error_catalogue.error_spec import ErrorSpec

SERVER_ERRORS: dict[str, ErrorSpec] = {
    "queue_full": ErrorSpec(
        429,
        "Too many videos are waiting. Please try again in a while.",
        "Сейчас слишком много видео в очереди. Попробуйте чуть позже.",
        retryable=True,
    ),
    "rate_limited": ErrorSpec(
        429,
        "Too many requests at once. Please try again in a while.",
        "Слишком много запросов сразу. Попробуйте чуть позже.",
        retryable=True,
    ),
    "too_many_jobs": ErrorSpec(
        429,
        "Too many videos: {reason}.",
        "Слишком много видео: {reason}.",
        retryable=True,
    ),
    "draining": ErrorSpec(
        503,
        "The server is restarting. Please try again in a while.",
        "Сервер перезапускается. Попробуйте чуть позже.",
        retryable=True,
    ),
    "storage_full": ErrorSpec(
        503,
        "The server has no space for more videos. Please try again later.",
        "На сервере закончилось место. Попробуйте позже.",
        retryable=True,
    ),
    "not_ready": ErrorSpec(
        503,
        "The server cannot render at the moment. Please try again later.",
        "Сервер сейчас не может создавать видео. Попробуйте позже.",
        retryable=True,
    ),
    "too_many_connections": ErrorSpec(
        503,
        "Too many connections are open at the moment. Please try again in a while.",
        "Сейчас открыто слишком много соединений. Попробуйте чуть позже.",
        retryable=True,
    ),
    "too_many_streams": ErrorSpec(
        503,
        "Too many pages follow their videos at the moment. Ask for the state of the video instead.",
        "Слишком много страниц следит за своими видео. Запрашивайте состояние видео сами.",
        retryable=True,
    ),
    "internal": ErrorSpec(
        500,
        "An error occurred on the server. Your files are not the cause.",
        "Ошибка на сервере. Дело не в вашем файле.",
        retryable=True,
    ),
}
