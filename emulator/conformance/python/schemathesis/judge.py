"""What Schemathesis needs to know of Plaid: real tokens in place of made-up ones, so that calls
get past the credentials, and what a refusal looks like."""

import json
import os

import schemathesis

# By field name, of an Item and its processor token that the test made.
REAL = json.loads(os.environ["REAL"])

# After these the Item would be no good for the calls that follow.
ENDS_THE_ITEM = {
    "/item/access_token/invalidate",
    "/item/remove",
    "/sandbox/item/reset_login",
}


def put(value):
    if isinstance(value, list):
        return [put(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: REAL[name] if name in REAL and isinstance(item, type(REAL[name])) else put(item)
        for name, item in value.items()
    }


@schemathesis.hook
def map_body(context, body):
    return body if context.operation.path in ENDS_THE_ITEM else put(body)


@schemathesis.check
def refused_as_plaid_does(ctx, response, case):
    """A reply is 200, or it is a Plaid error: then its body says so."""
    if response.status_code == 200:
        return
    error = json.loads(response.content)
    for name in ("error_type", "error_code", "error_message", "request_id"):
        assert isinstance(error.get(name), str) and error[name], f"{response.status_code} without {name}: {error}"
    assert "display_message" in error, f"{response.status_code} without display_message: {error}"
