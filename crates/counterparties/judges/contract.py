"""Judges requests by the typed parameters of Stripe's official Python client.

Standard input has a JSON object per line: {"method", "path", "form", "key"}, the form as it went over the wire and the
idempotency key or null. Standard output gets a line for each: nothing when the request is right, else what is wrong.

Which address takes which parameters is read from the client's own services, so there is no list here to keep up to date.
"""

import importlib
import json
import pathlib
import re
import sys
import types
import typing
import urllib.parse

import stripe
import typing_extensions
from stripe._stripe_object import UntypedStripeObject

CLIENT = pathlib.Path(stripe.__file__).parent
# What moves money, or leads to it, and so must not be done twice. A name that nobody has may be asked for at will: that
# is how the till finds out what its key may do.
MOVES_MONEY = re.compile(
    r"/v1/(payment_intents|refunds|payment_links|checkout/sessions|setup_intents)(?!/\w+_tillstream_check)(/.*)?"
    r"|/v1/terminal/readers/[^/]+/(process|refund)_\w+"
)
# How a call is sent and not what it says, and names in its types that the modules of parameters do not know.
TRANSPORT = set(stripe.RequestOptions.__annotations__)
UNSEEN = {"Mapping": typing.Mapping, "StripeContext": object}


def services():
    """Method, pattern of the address, and the module and class of the parameters, of every call the client can make."""
    for file in sorted(CLIENT.rglob("_*_service.py")):
        text = file.read_text()
        imports = re.findall(r"from (stripe\.params[.\w]*) import (?:\(\s*)?(\w+)", text)
        modules = {name: module for module, name in imports}
        for call in re.split(r"\n    (?=(?:async )?def )", text)[1:]:
            typed = re.search(r'params: (?:Optional\[)?"(\w+)"', call)
            sent = re.search(r'_request\(\s*"(\w+)",\s*"(/v1/[^"]*)"', call)
            if typed and sent and typed[1] in modules:
                yield sent[1].upper(), re.sub(r"\{\w+\}", "[^/]+", sent[2]), modules[typed[1]], typed[1]


def tree(form):
    """`a[b][0][c]=x` as nested dictionaries; a dictionary of numbers is a list."""
    root = {}
    for name, value in urllib.parse.parse_qsl(form, keep_blank_values=True, strict_parsing=bool(form)):
        first, *rest = re.findall(r"[^\[\]]+|(?<=\[)(?=\])", name)
        node, last = root, first
        for part in rest:
            node = node.setdefault(last, {})
            last = part or str(len(node))
        if last in node:
            raise ValueError(f"{name} is there twice")
        node[last] = value
    return listed(root)


def listed(node):
    if not isinstance(node, dict):
        return node
    if node and all(part.isdigit() for part in node):
        return [listed(node[part]) for part in sorted(node, key=int)]
    return {part: listed(value) for part, value in node.items()}


WRITTEN = {int: r"-?\d+", float: r"-?\d+(\.\d+)?", bool: "true|false", str: r"(?s).*"}


def objections(hint, value, where):
    """What of a value does not fit a type of the client's, if anything."""
    origin, arguments = typing_extensions.get_origin(hint), typing_extensions.get_args(hint)
    if origin in (typing_extensions.NotRequired, typing_extensions.Required):
        return objections(arguments[0], value, where)
    if origin in (typing.Union, getattr(types, "UnionType", typing.Union)):
        # Of two that fit as badly the later one says more: the first is often the empty word.
        return min((objections(branch, value, where) for branch in reversed(arguments)), key=len)
    if origin is typing_extensions.Literal:
        return [] if value in arguments else [f"{where} is {value!r} and must be one of {', '.join(map(repr, arguments))}"]
    if hint in WRITTEN:
        fits = isinstance(value, str) and re.fullmatch(WRITTEN[hint], value)
        return [] if fits else [f"{where} is {value!r} and must be of type {hint.__name__}"]
    if origin is list:
        parts = enumerate(value) if isinstance(value, list) else None
    elif origin in (dict, UntypedStripeObject):
        parts = value.items() if isinstance(value, dict) else None
    elif typing_extensions.is_typeddict(hint):
        return fields(hint, value, where)
    else:
        return []
    if parts is None:
        return [f"{where} is {value!r} and must be a {origin.__name__}"]
    return [wrong for part, inner in parts for wrong in objections(arguments[-1], inner, f"{where}[{part}]")]


def fields(hint, value, where):
    if not isinstance(value, dict):
        return [f"{where or 'the form'} is {value!r} and must have named parts"]
    hints = typing_extensions.get_type_hints(hint, localns=UNSEEN, include_extras=True)
    named = lambda part: f"{where}[{part}]" if where else part
    wrong = [f"{named(part)} is missing" for part in sorted(hint.__required_keys__ - TRANSPORT - set(value))]
    for part, inner in value.items():
        if part not in hints or (not where and part in TRANSPORT):
            wrong.append(f"{named(part)} is not known")
        else:
            wrong += objections(hints[part], inner, named(part))
    return wrong


def judge(calls, request):
    method, path, form, key = (request[name] for name in ("method", "path", "form", "key"))
    found = [(module, name) for verb, address, module, name in calls if verb == method and re.fullmatch(address, path)]
    if not found:
        return ["the client knows no such address"]
    wrong = []
    if method == "POST" and not key and MOVES_MONEY.fullmatch(path):
        wrong.append("there is no idempotency key, so a repetition would be done twice")
    try:
        given = tree(form)
    except ValueError as unreadable:
        return [*wrong, f"the form can't be read: {unreadable}"]
    # An address may be matched by a literal and by an id; the request is right when one of them takes it.
    verdicts = (fields(getattr(importlib.import_module(module), name), given, "") for module, name in found)
    return wrong + min(verdicts, key=len)


def main():
    calls = list(services())
    for line in sys.stdin:
        print("; ".join(judge(calls, json.loads(line))))


if __name__ == "__main__":
    main()
