"""Fragments of sentences about keys, tokens, links and limits of their owners; see messages.py."""

ACCESS_MESSAGES: dict[str, tuple[str, str]] = {
    "no_keys": (
        ": jobs are listed for API keys, and this server has none",
        ": видео перечисляются по ключам API, а у этого сервера их нет",
    ),
    "cursor": (
        "must be “nextCursor” of the page before",
        "нужен «nextCursor» предыдущей страницы",
    ),
    "own_source": ("your own source", "ваш исходный текст"),
    "no_bearer": (
        ": send the header “Authorization: Bearer” with it, once",
        ": отправьте его один раз в заголовке «Authorization: Bearer»",
    ),
    "key_invalid": (
        ": this one is unknown or was revoked",
        ": этот неизвестен или отозван",
    ),
    "token_expired": (
        ": the time in which this token could be used is over",
        ": время, когда этот токен можно было использовать, прошло",
    ),
    "token_lifetime": (
        ": this token must expire within {hours} hours",
        ": этот токен должен истекать не позже чем через {hours} часа",
    ),
    "token_used": (
        ": this token has been used, and each makes one video",
        ": этот токен уже использован, а каждый — на одно видео",
    ),
    "link_invalid": (
        ", or a link as the server returned it: this one was changed",
        " или ссылка в том виде, в каком её дал сервер: эта изменена",
    ),
    "link_expired": (
        ", or a new link: this one has expired",
        " или новая ссылка: эта устарела",
    ),
    "upload_of_key": (
        ", or another key has sent it",
        ", или он принадлежит другому ключу",
    ),
    "queued_jobs": (
        "this key may have {limit} in the queue; wait until one has begun",
        "с этим ключом в очереди может быть {limit}; дождитесь, пока начнётся одно из них",
    ),
    "exports_per_day": (
        "this key may make {limit} within 24 hours",
        "с этим ключом за 24 часа можно сделать {limit}",
    ),
    "no_boundary": (
        ": its Content-Type has no valid boundary; leave this header to the browser, or to the "
        "library that builds the form",
        ": в Content-Type нет правильного boundary; этот заголовок ставит сам браузер или "
        "библиотека, которая собирает форму",
    ),
    "idempotency_key": (
        "must be 1 to {maximum} visible ASCII characters without spaces",
        "нужно от 1 до {maximum} видимых символов ASCII без пробелов",
    ),
}
"""English and Russian by key."""
