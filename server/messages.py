"""Why a value is not valid: fragments that stand inside the sentence of `invalid_parameter`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Message:
    """One fragment of REASONS with what the names in its braces stand for."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)

    def localize(self, language: str) -> str:
        """The fragment in ``en`` or ``ru``."""
        english, russian = MESSAGES[self.key]
        values = {
            name: value.localize(language) if isinstance(value, Message) else value
            for name, value in self.values.items()
        }
        return (russian if language == "ru" else english).format_map(values)

    def __str__(self) -> str:
        return self.localize("en")

    def to_json(self) -> dict[str, Any]:
        """As it crosses from a worker; see from_json."""
        return {"reason": self.key, "values": dict(self.values)}

    @classmethod
    def from_json(cls, value: Any) -> "Message | str":
        """What to_json gave, or any other value as text."""
        if isinstance(value, dict) and value.get("reason") in MESSAGES:
            return cls(value["reason"], read_values(value.get("values")))
        return str(value)


def message(key: str, **values: object) -> Message:
    """The fragment `key` of REASONS."""
    return Message(key, values)


def read_values(values: Mapping[str, Any] | None) -> dict[str, Any]:
    """Read the values of a sentence from JSON, every reason among them; see Reason.to_json."""
    return {
        name: Message.from_json(value) if isinstance(value, dict) else value
        for name, value in (values or {}).items()
    }


MESSAGES: dict[str, tuple[str, str]] = {
    "did_you_mean": (" Did you mean “{name}”?", " Может быть, «{name}»?"),
    "given_twice": ("it is given more than once", "он указан больше одного раза"),
    "not_offered": ("not offered by this server", "этот сервер такого не умеет"),
    "chain": (
        "it must be an effect's id, or a list of 1 to {most} effects",
        "нужен id эффекта или список от 1 до {most} эффектов",
    ),
    "step": (
        "each effect of a chain is an object with an id, and params where it has some",
        "каждый эффект цепочки — объект с id и, если нужно, params",
    ),
    "params_in_chain": (
        "the effects of a chain have their own params",
        "у эффектов цепочки свои params",
    ),
    "required": ("it is missing", "его не хватает"),
    "one_line": ("it must be a line of text in quotes", "нужна строка текста в кавычках"),
    "list": ("it must be a list of 1 to {most} texts", "нужен список от 1 до {most} строк"),
    "preset": ("it must be one of {known}{hint}", "подойдёт одно из: {known}{hint}"),
    "preset_alone": (
        "a preset brings its own effects and their params: leave out “{name}”, or send the chain "
        "of the preset as “effect”",
        "у пресета свои эффекты и params: уберите «{name}» или отправьте цепочку пресета в "
        "«effect»",
    ),
    "preset_file": (
        "there is a mistake in the preset's file, in {place}: {why}",
        "в файле пресета ошибка, в {place}: {why}",
    ),
    "preset_twice": (
        "two files have this id, one of them is {file}",
        "этот id есть у двух файлов, один из них {file}",
    ),
    "file_id": (
        "the file's name is no id: small letters, digits, “-” and “_”, at most 64",
        "имя файла не годится как id: строчные латинские буквы, цифры, «-» и «_», не больше 64",
    ),
    "file_empty": (": the file is empty", ": файл пуст"),
    "file_cut_off": (": the file is cut off", ": файл обрезан"),
    "no_cover": (
        ", and the track has no cover that could stand in",
        ", и у трека нет обложки, которая могла бы его заменить",
    ),
    "bad_cover": (
        ", and the track's cover cannot stand in: it is damaged, too large, or none of {accepted}",
        ", а обложка трека не может его заменить: она повреждена, слишком велика или это не "
        "{accepted}",
    ),
    "slow_to_decode": (
        ": decoding it up to the end of the excerpt takes too long; send a shorter file",
        ": декодирование до конца отрывка занимает слишком много времени; пришлите файл короче",
    ),
    "no_sound": (": there is no sound in it", ": в нём нет звука"),
    "protected": (
        ": it is protected against copying (DRM); send a file without protection",
        ": он защищён от копирования (DRM); пришлите файл без защиты",
    ),
    "codec": (
        ": its sound is {codec}, which is not accepted; send {accepted}",
        ": звук в нём — {codec}, это не поддерживается; подойдут {accepted}",
    ),
    "no_samples": (
        ": its {codec} sound is damaged, nothing of it could be decoded",
        ": звук {codec} в нём повреждён, ничего не удалось декодировать",
    ),
    "channels": (
        ": its sound has {channels} channels, and at most {most} are accepted",
        ": каналов звука в нём {channels}, а принимается не больше {most}",
    ),
    "too_short": (
        ": its sound is empty or too short",
        ": звук в нём пуст или слишком короток",
    ),
    "unreadable": ("the file cannot be read", "файл не читается"),
    "no_photo2": ("the effect shows no second photo", "этот эффект не показывает второе фото"),
    "seconds": (
        "it must be seconds as a plain decimal number, such as 12.5",
        "нужны секунды обычным десятичным числом, например 12.5",
    ),
    "start": (
        "it must be seconds as a plain decimal number, such as 12.5, or drop or best",
        "нужны секунды обычным десятичным числом, например 12.5, или drop, или best",
    ),
    "needs_duration": (
        "drop and best need a duration: how long the part of the track is to be",
        "drop и best требуют duration: сколько должен длиться отрывок",
    ),
    "track_too_long": (
        "for drop and best the track may last at most {limit} seconds; give the start in seconds",
        "для drop и best трек может длиться не больше {limit} с; укажите start в секундах",
    ),
    "tempo": (
        "it must be beats a minute from {least} to {most}, such as 170 or 87.5",
        "нужны удары в минуту от {least} до {most}, например 170 или 87.5",
    ),
    "positive_seconds": ("it must be more than 0 seconds", "нужно больше 0 секунд"),
    "past_the_end": ("the track ends at {seconds} seconds", "трек кончается на {seconds} с"),
    "one_of": ("it must be one of {known}", "подойдёт одно из: {known}"),
    "whole_number": ("it must be a whole number", "нужно целое число"),
    "text": ("it must be text in quotes", "нужен текст в кавычках"),
    "number": ("it must be a number", "нужно число"),
    "between": ("it must be from {least} to {most}", "нужно от {least} до {most}"),
    "boolean": ("it must be true or false", "нужно true или false"),
    "point": ("it must be [x, y]", "нужно [x, y]"),
    "color": ("it must be [r, g, b, a] or “#rrggbb”", "нужно [r, g, b, a] или «#rrggbb»"),
    "object": ("it must be a JSON object", "нужен объект JSON"),
    "duplicate_name": ("the name “{name}” is there twice", "имя «{name}» встречается дважды"),
    "no_constant": ("{word} is not allowed in JSON", "{word} — не число JSON"),
    "long_number": ("a number in it has too many digits", "слишком длинное число"),
    "too_deep": (
        "lists and objects of JSON may be nested at most {most} deep",
        "вложенность JSON — не больше {most} уровней",
    ),
    "json_at": (
        "invalid JSON at character {place}",
        "это не JSON, начиная со знака {place}",
    ),
    "bytes": ("at most {most} bytes", "не больше {most} байт"),
    "characters": ("at most {most} characters", "не больше {most} знаков"),
    "no_control": (
        "it must be text without control characters",
        "нужен текст без управляющих знаков",
    ),
    "utf8": ("it must be text in UTF-8", "нужен текст в UTF-8"),
    "unknown_param": (
        "the effect has no such parameter; known parameters: {known}",
        "у эффекта нет такого параметра; есть: {known}",
    ),
    "motion": (
        "it must be a value, or an object with one of bind, osc and keys",
        "нужно значение или объект с одним из ключей bind, osc, keys",
    ),
    "unknown_key": ("there is no such key; known keys: {known}", "такого ключа нет; есть: {known}"),
    "unknown_feature": (
        "“{name}” is not a feature of the sound{hint}; `toqibox effects features` and GET /effects "
        "list all, such as kick and bass.envelope",
        "«{name}» — не признак звука{hint}; все перечисляют `toqibox effects features` и "
        "GET /effects, например kick и bass.envelope",
    ),
    "feature": ("it must be the name of a feature", "нужно имя признака"),
    "meant": ("; did you mean “{name}”", "; может быть, «{name}»"),
    "no_pulse": ("only a pulse dies away, “{name}” does not", "затухает только pulse, не «{name}»"),
    "beats_or_seconds": (
        "the period is given in beats or in seconds, not both",
        "период задают в долях или в секундах, не сразу в обоих",
    ),
    "keys": (
        "it must be a list of 1 to {most} key frames, each [time, value] or [time, value, ease]",
        "нужен список от 1 до {most} ключей: [время, значение] или [время, значение, ease]",
    ),
    "key": (
        "it must be [time, value] or [time, value, ease]",
        "нужно [время, значение] или [время, значение, ease]",
    ),
    "keys_order": (
        "its time must be later than that of the key before",
        "его время должно быть позже, чем у предыдущего",
    ),
    "needs_span": (
        "“{name}” is not a 0–1 value: give its range as [from, to]",
        "«{name}» — не доля: укажите, от чего до чего, как [от, до]",
    ),
    "no_ends": ("true and false have no range", "у true и false нет диапазона"),
    "needs_ends": (
        "the input has no range of its own: say min and max",
        "у параметра нет своего диапазона: укажите min и max",
    ),
    "wrong_way_round": (
        "the range is the wrong way round: the smaller number comes first, “invert” turns it",
        "диапазон наоборот: сначала меньшее число, повернёт его «invert»",
    ),
    "span": ("it must be [from, to]", "нужно [от, до]"),
    "immovable": (
        "this input cannot move: it shapes what is made once for the whole video",
        "этот параметр не может двигаться: он задаёт то, что делается один раз на всё видео",
    ),
    "no_params": ("the effect has no parameters", "у эффекта нет параметров"),
}
"""Key → English, Russian."""
