"""`toqibox keys add | list | rotate | revoke | token`: the API keys of API_KEYS_FILE.

A running server notices a change of the file by itself.
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path

from server.access.api_key import ID, MAX_SECRETS, ApiKey, KeyLimits, hash_secret, new_secret
from server.access.delegated_token import MAX_LIFETIME_S, issue_token
from server.access.key_file import (
    ID_RULE,
    MAX_LIMIT,
    KeyFileError,
    edit_keys,
    key_to_json,
    read_keys,
)
from server.access.principal import Principal
from server.cli.support.exit_status import FAILED, USAGE
from server.cli.support.options import add_json
from server.cli.support.table import format_table
from server.config import Config
from server.settings.readers import DEFAULT_PLAN
from server.terminal import print_errors, print_lines

_MAX_MINUTES = MAX_LIFETIME_S // 60
_LIMITS = {
    "queued_jobs": ("--queued", 20, "jobs that wait in the queue at a time"),
    "exports_per_day": ("--per-day", 200, "jobs within 24 hours"),
    "requests_per_minute": ("--per-minute", 600, "requests within a minute"),
}


class _WrongUse(Exception):
    """The arguments do not fit the keys that exist; the message says why."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the actions."""
    meaning = "file of the keys (API_KEYS_FILE)"
    parser.add_argument("--file", dest="keys_file", metavar="FILE", help=meaning)
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser("add", help="make a key and print it, once")
    add.add_argument(
        "id", metavar="ID", type=_key_id, help="name of the key: the owner of its jobs"
    )
    add.add_argument("--plan", metavar="PLAN", help="largest plan that it may request")
    for option, default, meaning in _LIMITS.values():
        text = f"maximum number of {meaning} (%(default)s); none for no limit"
        add.add_argument(option, metavar="N", type=_limit, default=default, help=text)
    meaning = "let its requests send the sources of effects (ALLOW_CUSTOM_SHADERS)"
    add.add_argument("--custom-shaders", action="store_true", help=meaning)
    add_json(actions.add_parser("list", help="list the keys, without their secrets"))
    rotate = actions.add_parser("rotate", help="print a further secret of a key, once")
    rotate.add_argument("id", metavar="ID")
    revoke = actions.add_parser("revoke", help="remove a key, or its older secrets")
    revoke.add_argument("id", metavar="ID")
    revoke.add_argument("--old", action="store_true", help="keep the key and its newest secret")
    token = actions.add_parser("token", help="print a token for one video, signed by a key")
    token.add_argument("id", metavar="ID")
    token.add_argument("--plan", metavar="PLAN", help="largest plan of the video (the key's)")
    meaning = f"time in which it can be used, 1 to {_MAX_MINUTES} (%(default)s)"
    token.add_argument("--minutes", metavar="N", type=_minutes, default=10, help=meaning)


def run(config: Config, options: argparse.Namespace) -> int:
    """Change or list the keys."""
    path = config.api_keys_file
    if path is None:
        print_errors("toqibox keys: set API_KEYS_FILE, or give --file")
        return USAGE
    try:
        _ACTIONS[options.action](config, path, options)
    except _WrongUse as error:
        print_errors(f"toqibox keys {options.action}: {error}")
        return USAGE
    except KeyFileError as error:
        print_errors(f"toqibox keys {options.action}: {error}")
        return FAILED
    return 0


def _add(config: Config, path: Path, options: argparse.Namespace) -> None:
    plan = options.plan or DEFAULT_PLAN
    if plan not in config.plans:
        raise _WrongUse(f"--plan must be one of {', '.join(config.plans)} (PLANS)")
    values = vars(options)
    limits = {
        name: values[option.strip("-").replace("-", "_")]
        for name, (option, _, _) in _LIMITS.items()
    }
    secret = new_secret()
    with edit_keys(path, config.plans) as keys:
        if options.id in keys:
            raise _WrongUse(f"there is a key “{options.id}”; rotate it, or revoke it first")
        keys[options.id] = ApiKey(
            id=options.id,
            plan=plan,
            secret_hashes=(hash_secret(secret),),
            limits=KeyLimits(**limits),
            custom_shaders=options.custom_shaders,
        )
    _print_key(options.id, secret)


def _rotate(config: Config, path: Path, options: argparse.Namespace) -> None:
    secret = new_secret()
    with edit_keys(path, config.plans) as keys:
        key = _existing(keys, options.id)
        if len(key.secret_hashes) >= MAX_SECRETS:
            raise _WrongUse(
                f"“{key.id}” has {MAX_SECRETS} secrets; remove the older ones by "
                f"`toqibox keys revoke {key.id} --old`"
            )
        keys[key.id] = replace(key, secret_hashes=(hash_secret(secret), *key.secret_hashes))
    _print_key(options.id, secret)


def _revoke(config: Config, path: Path, options: argparse.Namespace) -> None:
    with edit_keys(path, config.plans) as keys:
        key = _existing(keys, options.id)
        if options.old:
            keys[key.id] = replace(key, secret_hashes=key.secret_hashes[:1])
        else:
            del keys[key.id]
    print_lines(f"{options.id}  {'older secrets removed' if options.old else 'revoked'}")


def _list(config: Config, path: Path, options: argparse.Namespace) -> None:
    keys = read_keys(path, config.plans).values()
    if options.json:
        shown = [{**key_to_json(key), "secrets": len(key.secret_hashes)} for key in keys]
        print(json.dumps({"keys": shown}, indent=2))
        return
    rows = [
        (
            key.id,
            key.plan,
            *(_format_limit(getattr(key.limits, name)) for name in _LIMITS),
            "yes" if key.custom_shaders else "no",
            str(len(key.secret_hashes)),
        )
        for key in keys
    ]
    header = ("key", "plan", "queued", "per day", "per minute", "custom shaders", "secrets")
    print_lines(*format_table(header, rows, right=(2, 3, 4, 6)))


def _token(config: Config, path: Path, options: argparse.Namespace) -> None:
    key = _existing(read_keys(path, config.plans), options.id)
    plans = Principal(key).entitlement(config.plans).plans
    plan = options.plan or key.plan
    if plan not in plans:
        raise _WrongUse(f"--plan must be one of {', '.join(plans)}, which the key includes")
    print_lines(issue_token(key, plan, 60 * options.minutes))


_ACTIONS = {"add": _add, "list": _list, "rotate": _rotate, "revoke": _revoke, "token": _token}


def _existing(keys: dict[str, ApiKey], key_id: str) -> ApiKey:
    if key_id not in keys:
        known = ", ".join(keys) or "none"
        raise _WrongUse(f"there is no key “{key_id}”; known are: {known}")
    return keys[key_id]


def _print_key(key_id: str, secret: str) -> None:
    """Print a key to standard output alone, so that a script can store it."""
    print_lines(f"{key_id}.{secret}")
    print_errors("This is the only time that the key is shown: store it now.")


def _key_id(text: str) -> str:
    if not ID.fullmatch(text):
        raise argparse.ArgumentTypeError(f"“{text}” is not a valid id: use {ID_RULE}")
    return text


def _limit(text: str) -> int | None:
    if text == "none":
        return None
    if text.isdecimal() and text.isascii() and len(text) <= 9 and 1 <= int(text) <= MAX_LIMIT:
        return int(text)
    raise argparse.ArgumentTypeError(
        f"“{text}” is not a valid limit: use an integer from 1 to {MAX_LIMIT}, or none"
    )


def _minutes(text: str) -> int:
    if text.isdecimal() and text.isascii() and len(text) <= 9 and 1 <= int(text) <= _MAX_MINUTES:
        return int(text)
    raise argparse.ArgumentTypeError(
        f"“{text}” is not a valid time: use minutes from 1 to {_MAX_MINUTES}"
    )


def _format_limit(limit: int | None) -> str:
    return "none" if limit is None else str(limit)
