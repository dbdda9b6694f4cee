"""Fragments of sentences in two languages: the reasons why a value or a file is not valid."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from server.access_messages import ACCESS_MESSAGES


@dataclass(frozen=True)
class Message:
    """Fragment of MESSAGES with the values of its names in braces."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)

    def localize(self, language: str) -> str:
        """Return the fragment in ``en`` or ``ru``."""
        english, russian = MESSAGES[self.key]
        values = {
            name: value.localize(language) if isinstance(value, Message) else value
            for name, value in self.values.items()
        }
        return (russian if language == "ru" else english).format_map(values)

    def __str__(self) -> str:
        return self.localize("en")

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form in which a worker sends it; see from_json."""
        return {"reason": self.key, "values": dict(self.values)}

    @classmethod
    def from_json(cls, value: Any) -> "Message | str":
        """Read the form of to_json; return any other value as text."""
        if isinstance(value, dict) and value.get("reason") in MESSAGES:
            return cls(value["reason"], read_values(value.get("values")))
        return str(value)


@dataclass(frozen=True)
class BilingualText:
    """Text of a file in English and, if the file has it, in Russian."""

    en: str
    ru: str = ""

    def localize(self, language: str) -> str:
        """Return the text in ``ru`` if there is one, else in English."""
        return self.ru if language == "ru" and self.ru else self.en

    def __str__(self) -> str:
        return self.en


def message(key: str, **values: object) -> Message:
    """Create the fragment `key` of MESSAGES."""
    return Message(key, values)


def read_values(values: Mapping[str, Any] | None) -> dict[str, Any]:
    """Read the values of a sentence from JSON, messages among them; see Message.to_json."""
    return {
        name: Message.from_json(value) if isinstance(value, dict) else value
        for name, value in (values or {}).items()
    }


MESSAGES: dict[str, tuple[str, str]] = {
    **ACCESS_MESSAGES,
    "in_the_form": (" Send it in the form.", " Передайте его в форме."),
    "did_you_mean": (" Did you mean “{name}”?", " Может быть, «{name}»?"),
    "upload_id": ("must be the id of an upload", "нужен идентификатор загрузки"),
    "excludes": ("not together with “{name}”", "вместе с «{name}» его передавать нельзя"),
    "given_twice": ("given more than once", "он указан больше одного раза"),
    "not_offered": ("not offered by this server", "этот сервер такого не умеет"),
    "chain": (
        "must be the id of an effect, or a list of 1 to {maximum} effects",
        "нужен id эффекта или список от 1 до {maximum} эффектов",
    ),
    "by_id_only": (
        "this server takes effects by their ids only, not by their source",
        "этот сервер принимает эффекты только по id, не исходным текстом",
    ),
    "custom_source": ("must be the text of a shader", "нужен текст шейдера"),
    "quarantined": (
        ": it has hung or crashed the renderer before, and is refused until it is changed",
        ": он уже подвесил или обрушил отрисовку и не принимается, пока его не изменят",
    ),
    "slow_preview": (
        ": a preview of it takes too much processor time; make it simpler, or try a smaller frame",
        ": предпросмотр с ним требует слишком много времени процессора; упростите его или уменьшите"
        " кадр",
    ),
    "codec_not_offered": (
        "this server cannot encode {codec}; it offers {known}",
        "этот сервер не умеет кодировать {codec}; доступны: {known}",
    ),
    "webhook_not_set_up": (
        "this server has no secret to sign webhooks with (WEBHOOK_SECRET)",
        "на этом сервере нет секрета для подписи вебхуков (WEBHOOK_SECRET)",
    ),
    "webhook_url": (
        "must be an https URL of at most {maximum} characters, without user name and “#”",
        "нужен адрес https длиной до {maximum} символов, без имени пользователя и «#»",
    ),
    "webhook_port": ("the port must be one of {known}", "порт должен быть одним из {known}"),
    "webhook_host": (
        "its host must be on the public internet",
        "сервер должен быть в открытом интернете",
    ),
    "codec_side": (
        "{codec} needs frames of at least {minimum} pixels in width and height",
        "для {codec} ширина и высота кадра должны быть не меньше {minimum} пикселей",
    ),
    "step": (
        "each effect of a chain must be an object with an id and, optionally, params",
        "каждый эффект цепочки — объект с id и, если нужно, params",
    ),
    "params_in_chain": (
        "not allowed with a chain: each effect has its own settings",
        "у каждого эффекта цепочки свои настройки",
    ),
    "required": ("missing", "его не хватает"),
    "one_line": ("must be a single line of text", "нужна строка текста в кавычках"),
    "list": ("must be a list of 1 to {maximum} texts", "нужен список от 1 до {maximum} строк"),
    "preset": ("must be one of {known}{hint}", "подойдёт одно из: {known}{hint}"),
    "preset_alone": (
        "not allowed with a preset, which has its own effects and settings: choose the preset or "
        "your own, or change the chain of the preset",
        "у пресета свои эффекты и настройки: выберите пресет или своё либо измените цепочку "
        "пресета",
    ),
    "preset_file": (
        "the file of the preset is not valid at {place}: {why}",
        "в файле пресета ошибка, в {place}: {why}",
    ),
    "preset_twice": (
        "more than one file has this id, one of them is {file}",
        "этот id есть у двух файлов, один из них {file}",
    ),
    "file_id": (
        "the file name is not a valid id: use at most 64 lowercase letters, digits, “-” and “_”",
        "имя файла не годится как id: строчные латинские буквы, цифры, «-» и «_», не больше 64",
    ),
    "file_empty": (": the file is empty", ": файл пуст"),
    "file_cut_off": (": the file is truncated", ": файл обрезан"),
    "no_cover": (
        ", and the track has no cover to use instead",
        ", и у трека нет обложки, которая могла бы его заменить",
    ),
    "bad_cover": (
        ", and the track's cover cannot be used instead: it is damaged, too large, or not one of "
        "{accepted}",
        ", а обложка трека не может его заменить: она повреждена, слишком велика или это не "
        "{accepted}",
    ),
    "slow_to_decode": (
        ": decoding it up to the end of the excerpt takes too long; send a shorter file",
        ": декодирование до конца отрывка занимает слишком много времени; пришлите файл короче",
    ),
    "no_sound": (": it contains no audio", ": в нём нет звука"),
    "protected": (
        ": it is copy-protected (DRM); send a file without protection",
        ": он защищён от копирования (DRM); пришлите файл без защиты",
    ),
    "codec": (
        ": its audio codec {codec} is not supported; send {accepted}",
        ": звук в нём — {codec}, это не поддерживается; подойдут {accepted}",
    ),
    "no_samples": (
        ": its {codec} audio is damaged, none of it could be decoded",
        ": звук {codec} в нём повреждён, ничего не удалось декодировать",
    ),
    "channels": (
        ": its audio has {channels} channels; at most {maximum} are supported",
        ": каналов звука в нём {channels}, а принимается не больше {maximum}",
    ),
    "too_short": (
        ": its audio is empty or too short",
        ": звук в нём пуст или слишком короток",
    ),
    "unreadable": ("the file cannot be read", "файл не читается"),
    "seconds": (
        "must be seconds as a plain decimal number, such as 12.5",
        "нужны секунды обычным десятичным числом, например 12.5",
    ),
    "start": (
        "must be seconds as a plain decimal number, such as 12.5, or drop or best",
        "нужны секунды обычным десятичным числом, например 12.5, или drop, или best",
    ),
    "needs_duration": (
        "the drop and the best part need a length: say how long the part should be",
        "для дропа и лучшего отрывка нужна длительность: сколько должен длиться отрывок",
    ),
    "track_too_long": (
        "for drop and best the track may last at most {limit} seconds; give the beginning in "
        "seconds",
        "для drop и best трек может длиться не больше {limit} с; укажите начало в секундах",
    ),
    "tempo": (
        "must be beats per minute between {minimum} and {maximum}, such as 170 or 87.5",
        "нужны удары в минуту от {minimum} до {maximum}, например 170 или 87.5",
    ),
    "positive_seconds": ("must be more than 0 seconds", "нужно больше 0 секунд"),
    "past_the_end": ("the track ends at {seconds} seconds", "трек кончается на {seconds} с"),
    "one_of": ("must be one of {known}", "подойдёт одно из: {known}"),
    "whole_number": ("must be an integer", "нужно целое число"),
    "text": ("must be a text", "нужен текст в кавычках"),
    "number": ("must be a number", "нужно число"),
    "integer_between": (
        "must be an integer from {minimum} to {maximum}",
        "нужно целое число от {minimum} до {maximum}",
    ),
    "between": ("must be between {minimum} and {maximum}", "нужно от {minimum} до {maximum}"),
    "boolean": ("must be true or false", "нужно true или false"),
    "point": ("must be [x, y]", "нужно [x, y]"),
    "color": ("must be [r, g, b, a] or “#rrggbb”", "нужно [r, g, b, a] или «#rrggbb»"),
    "object": ("must be a JSON object", "нужен объект JSON"),
    "duplicate_name": ("the name “{name}” occurs twice", "имя «{name}» встречается дважды"),
    "no_constant": ("{word} is not allowed in JSON", "{word} — не число JSON"),
    "huge_number": ("a number is too large", "слишком большое число"),
    "long_number": ("a number has too many digits", "слишком длинное число"),
    "too_deep": (
        "lists and objects of JSON must not be nested more than {maximum} levels deep",
        "вложенность JSON — не больше {maximum} уровней",
    ),
    "json_at": (
        "invalid JSON at character {place}",
        "это не JSON, начиная со знака {place}",
    ),
    "bytes": ("must have at most {maximum} bytes", "не больше {maximum} байт"),
    "characters": ("must have at most {maximum} characters", "не больше {maximum} знаков"),
    "no_control": (
        "must be text without control characters",
        "нужен текст без управляющих знаков",
    ),
    "utf8": ("must be text in UTF-8", "нужен текст в UTF-8"),
    "unknown_param": (
        "the effect has no such parameter; its parameters: {known}{hint}",
        "у эффекта нет такого параметра; есть: {known}{hint}",
    ),
    "motion": (
        "must be a value, or an object with one of bind, osc and keys",
        "нужно значение или объект с одним из ключей bind, osc, keys",
    ),
    "unknown_key": (
        "unknown key; must be one of {known}{hint}",
        "такого ключа нет; есть: {known}{hint}",
    ),
    "unknown_feature": (
        "“{name}” is not an audio feature{hint}; `toqibox effects features` and GET /effects list "
        "all, such as kick and bass.envelope",
        "«{name}» — не признак звука{hint}; все перечисляют `toqibox effects features` и "
        "GET /effects, например kick и bass.envelope",
    ),
    "feature": ("must be the name of a feature", "нужно имя признака"),
    "meant": ("; did you mean “{name}”", "; может быть, «{name}»"),
    "no_pulse": (
        "decay applies only to a pulse, not to “{name}”",
        "затухает только pulse, не «{name}»",
    ),
    "beats_or_seconds": (
        "must have a period in beats or in seconds, not both",
        "период задают в долях или в секундах, не сразу в обоих",
    ),
    "keys": (
        "must be a list of 1 to {maximum} keyframes, each [time, value] or [time, value, ease]",
        "нужен список от 1 до {maximum} ключей: [время, значение] или [время, значение, ease]",
    ),
    "key": (
        "must be [time, value] or [time, value, ease]",
        "нужно [время, значение] или [время, значение, ease]",
    ),
    "keys_order": (
        "its time must be later than that of the previous keyframe",
        "его время должно быть позже, чем у предыдущего",
    ),
    "needs_span": (
        "“{name}” is not a value between 0 and 1: give its range as [from, to]",
        "«{name}» — не доля: укажите, от чего до чего, как [от, до]",
    ),
    "no_ends": ("true and false have no range", "у true и false нет диапазона"),
    "needs_ends": (
        "the input has no range: give min and max",
        "у параметра нет своего диапазона: укажите min и max",
    ),
    "wrong_way_round": (
        "min must be less than max; use “invert” to reverse",
        "диапазон наоборот: сначала меньшее число, повернёт его «invert»",
    ),
    "span": ("must be a range [from, to]", "нужно [от, до]"),
    "immovable": (
        "this input cannot be animated: its value is used once for the whole video",
        "этот параметр не может двигаться: он задаёт то, что делается один раз на всё видео",
    ),
    "no_params": ("the effect has no parameters", "у эффекта нет параметров"),
}
"""English and Russian by key."""
