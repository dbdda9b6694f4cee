"""Errors of effects."""

from server.error_catalogue.error_spec import ErrorSpec

EFFECT_ERRORS: dict[str, ErrorSpec] = {
    "effect_not_allowed": ErrorSpec(
        403,
        "The effect “{name}” is not part of the plan of this key.",
        "Эффект «{name}» не входит в тариф этого ключа.",
    ),
    "unknown_effect": ErrorSpec(
        422, "There is no effect “{name}”.{hint}", "Эффекта «{name}» нет.{hint}"
    ),
    "shader_rejected": ErrorSpec(
        422,
        "This effect is not accepted by the server{why}.",
        "Сервер не принимает этот эффект{why}.",
    ),
    "shader_compile_failed": ErrorSpec(
        422, "The effect “{name}” does not compile.", "Эффект «{name}» не компилируется."
    ),
}
