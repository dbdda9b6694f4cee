"""Errors that only end jobs."""

from server.error_catalogue.error_spec import ErrorSpec

JOB_ERRORS: dict[str, ErrorSpec] = {
    "render_failed": ErrorSpec(
        None, "The video could not be rendered.", "Не удалось отрисовать видео.", retryable=True
    ),
    "render_timeout": ErrorSpec(
        None,
        "Rendering the video took too long and was stopped.",
        "Видео создавалось слишком долго и было остановлено.",
        retryable=True,
    ),
    "render_stalled": ErrorSpec(
        None,
        "Rendering the video stalled.",
        "Создание видео остановилось и не продолжилось.",
        retryable=True,
    ),
    "shader_hang": ErrorSpec(
        None,
        "The effect hung or crashed the renderer, and was stopped.",
        "Эффект подвесил или обрушил отрисовку и был остановлен.",
    ),
    "worker_crashed": ErrorSpec(
        None,
        "The renderer ended before the video was finished.",
        "Отрисовка была прервана до завершения видео.",
        retryable=True,
    ),
    "encoder_failed": ErrorSpec(
        None, "The video could not be encoded.", "Не удалось закодировать видео.", retryable=True
    ),
    "encoder_stalled": ErrorSpec(
        None,
        "Encoding the video stalled.",
        "Кодирование видео остановилось.",
        retryable=True,
    ),
    "output_invalid": ErrorSpec(
        None,
        "The finished video failed its verification.",
        "Готовое видео не прошло проверку.",
        retryable=True,
    ),
    "attempts_exhausted": ErrorSpec(
        None,
        "The video could not be finished after several attempts.",
        "Видео не удалось создать после нескольких попыток.",
        retryable=True,
    ),
}
