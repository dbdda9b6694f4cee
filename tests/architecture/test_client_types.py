"""The types of the JavaScript client are made of the OpenAPI document as it is now."""

from scripts import client_types


def test_the_types_are_of_this_document() -> None:
    written = (client_types.CLIENT / "toqibox.d.ts").read_text("utf-8")
    assert written.startswith(client_types.header()), "the API has changed: run make client-types"
    methods = (client_types.CLIENT / "methods.d.ts").read_text("utf-8")
    assert written.endswith(methods), "methods.d.ts has changed: run make client-types"
