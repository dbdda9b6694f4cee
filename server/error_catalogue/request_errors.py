"""Errors of a request: its form, its fields and its sender."""

from server.error_catalogue.error_spec import ErrorSpec

REQUEST_ERRORS: dict[str, ErrorSpec] = {
    "malformed_request": ErrorSpec(
        400, "The request cannot be understood.", "Не удалось разобрать запрос."
    ),
    "malformed_multipart": ErrorSpec(
        400, "The form is malformed{why}.", "Форма отправлена с ошибкой формата{why}."
    ),
    "missing_field": ErrorSpec(
        400, "The field “{name}” is missing{why}.", "Не хватает поля «{name}»{why}."
    ),
    "duplicate_field": ErrorSpec(
        400, "The field “{name}” is given twice.", "Поле «{name}» передано дважды."
    ),
    "unknown_field": ErrorSpec(
        400,
        "There is no field “{sent}”.{hint} Known fields: {known}.",
        "Поля «{sent}» не существует.{hint} Известные поля: {known}.",
    ),
    "invalid_parameter": ErrorSpec(
        422,
        "The field “{name}” is not valid: {reason}.",
        "Поле «{name}» заполнено неверно: {reason}.",
    ),
    "unauthenticated": ErrorSpec(
        401, "A valid API key is needed{why}.", "Нужен действующий ключ API{why}."
    ),
    "plan_not_allowed": ErrorSpec(
        403,
        "This key does not include the plan “{name}”. It may use: {known}.",
        "Этот ключ не даёт тарифа «{name}». С ним можно: {known}.",
    ),
    "not_found": ErrorSpec(404, "There is nothing here{why}.", "Здесь ничего нет{why}."),
    "method_not_allowed": ErrorSpec(
        405, "This method is not allowed here.", "Этот метод здесь не поддерживается."
    ),
    "precondition_failed": ErrorSpec(
        412, "The file does not match “If-Match”.", "Здесь уже не то, что названо в «If-Match»."
    ),
    "unsupported_content_type": ErrorSpec(
        415,
        "Send a multipart/form-data form with the files.",
        "Отправьте форму multipart/form-data с файлами.",
    ),
    "unsupported_content_encoding": ErrorSpec(
        415,
        "Send the body without Content-Encoding.",
        "Отправьте тело запроса без Content-Encoding.",
    ),
    "range_not_satisfiable": ErrorSpec(
        416, "The range is outside the file.", "В файле нет таких байтов."
    ),
    "idempotency_in_progress": ErrorSpec(
        409,
        "A request with this Idempotency-Key is still being handled.",
        "Запрос с этим Idempotency-Key ещё выполняется.",
        retryable=True,
    ),
    "idempotency_mismatch": ErrorSpec(
        422,
        "This Idempotency-Key was used with another request.",
        "Этот Idempotency-Key уже использован с другим запросом.",
    ),
}
