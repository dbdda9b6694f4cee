"""Errors of videos and previews that are requested, and of those that were made."""

from server.error_catalogue.error_spec import ErrorSpec

VIDEO_ERRORS: dict[str, ErrorSpec] = {
    "duration_too_long": ErrorSpec(
        413,
        "The video would be longer than {limit} seconds. Choose a part of the track that is not "
        "longer than {limit} seconds.",
        "Видео было бы длиннее {limit} секунд. Выберите часть трека не длиннее {limit} секунд.",
    ),
    "video_too_costly": ErrorSpec(
        422,
        "At most {limit} seconds of this effect at this size can be drawn within the time limit.",
        "За отведённое время с этим эффектом и размером кадра можно нарисовать не больше {limit} "
        "секунд.",
    ),
    "result_not_ready": ErrorSpec(
        409, "The video is not ready yet.", "Видео ещё не готово.", retryable=True
    ),
    "preview_replaced": ErrorSpec(
        409,
        "A newer preview has replaced this one.",
        "Этот предпросмотр заменён более новым.",
    ),
    "result_expired": ErrorSpec(
        410,
        "This video is no longer available, or was never finished.",
        "Этого видео больше нет, или оно не было создано.",
    ),
}
