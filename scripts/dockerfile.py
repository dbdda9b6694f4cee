"""A parser of Dockerfiles; an instruction that it does not know is an error."""

import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from string import Template

KNOWN = {
    "ARG", "FROM", "RUN", "COPY", "ENV", "USER", "WORKDIR", "EXPOSE", "HEALTHCHECK",
    "ENTRYPOINT", "CMD",
}  # fmt: skip
_DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class DockerfileError(Exception):
    """A line is invalid; the text has its number."""


@dataclass(frozen=True)
class Instruction:
    """An instruction: its name, its text with continued lines joined, its line number."""

    name: str
    text: str
    line: int


def parse(text: str) -> list[Instruction]:
    """Return the instructions of a Dockerfile; ARG before FROM sets a default that FROM may use.

    Raises:
        DockerfileError: an instruction is unknown, ARG has no default, or a second stage begins.
    """
    instructions: list[Instruction] = []
    arguments: dict[str, str] = {}
    continued = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.lstrip().startswith("#") or (not line.strip() and not continued):
            continue
        if line.endswith("\\"):
            continued += line[:-1]
            continue
        name, _, rest = (continued + line).strip().partition(" ")
        continued = ""
        if name not in KNOWN:
            raise DockerfileError(f"line {number}: {name} is not supported")
        if name in ("ARG", "FROM") and instructions:
            raise DockerfileError(f"line {number}: {name} after the first FROM is not supported")
        if name == "ARG":
            arguments = environment(Instruction(name, rest.strip(), number), arguments)
            continue
        text = Template(rest).safe_substitute(arguments) if name == "FROM" else rest
        instructions.append(Instruction(name, text.strip(), number))
    if continued or not instructions or instructions[0].name != "FROM":
        raise DockerfileError("the file must begin with FROM and must not end in a continued line")
    return instructions


def json_form(text: str) -> list[str] | None:
    """Return the arguments of RUN, CMD, ENTRYPOINT in JSON form; None for the shell form."""
    if not text.startswith("["):
        return None
    return [str(argument) for argument in json.loads(text)]


def argv(text: str) -> list[str]:
    """Return the command of RUN, CMD, ENTRYPOINT in either form."""
    return json_form(text) or ["/bin/sh", "-c", text]


@dataclass(frozen=True)
class Image:
    """The configuration of the image."""

    base: str
    environment: dict[str, str]
    user: str
    folder: str
    ports: tuple[int, ...]
    health: list[str]
    command: list[str]
    """ENTRYPOINT and CMD together."""


def environment(instruction: Instruction, before: dict[str, str]) -> dict[str, str]:
    """Return `before` with the variables of an ENV or ARG instruction, `$NAME` replaced."""
    added = {}
    for assignment in shlex.split(instruction.text):
        name, equals, value = assignment.partition("=")
        if not equals:
            raise DockerfileError(f"line {instruction.line}: {instruction.name} needs NAME=VALUE")
        added[name] = Template(value).safe_substitute(before)
    return {**before, **added}


def image(instructions: list[Instruction]) -> Image:
    """Return the configuration of the image.

    Raises:
        DockerfileError: an instruction is invalid.
    """
    variables = {"PATH": _DEFAULT_PATH}
    last: dict[str, Instruction] = {}
    ports: list[int] = []
    for instruction in instructions:
        last[instruction.name] = instruction
        if instruction.name == "ENV":
            variables = environment(instruction, variables)
        elif instruction.name == "EXPOSE":
            ports += [int(port) for port in instruction.text.split()]
    return Image(
        base=_text(last, "FROM"),
        environment=variables,
        user=_text(last, "USER") or "root",
        folder=_text(last, "WORKDIR") or "/",
        ports=tuple(ports),
        health=_health(_text(last, "HEALTHCHECK")),
        command=_command(last, "ENTRYPOINT") + _command(last, "CMD"),
    )


def copy_paths(instruction: Instruction) -> tuple[list[str], str]:
    """Return the sources and the target of a COPY instruction.

    Raises:
        DockerfileError: it has flags, or no target.
    """
    names = json_form(instruction.text) or shlex.split(instruction.text)
    if len(names) < 2 or any(name.startswith("--") for name in names):
        raise DockerfileError(f"line {instruction.line}: COPY needs sources and a target, no flags")
    return names[:-1], names[-1]


def ignore_patterns(folder: Path) -> list[str]:
    """Return the patterns in the .dockerignore file of a folder."""
    lines = (folder / ".dockerignore").read_text("utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _text(last: dict[str, Instruction], name: str) -> str:
    return last[name].text if name in last else ""


def _command(last: dict[str, Instruction], name: str) -> list[str]:
    return argv(last[name].text) if name in last else []


def _health(text: str) -> list[str]:
    _, separator, command = re.sub(r"--\S+\s*", "", text).partition("CMD ")
    return argv(command.strip()) if separator else []
