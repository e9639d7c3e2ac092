"""plaid-python 7, the last client written by hand: the Python sample of Plaid's guide for Apex,
an error, and a processor token without an account. One line of JSON tells what each gave.
It has no setting for an address."""

import json
import os

from plaid import Client
from plaid.errors import PlaidError

client = Client(
    client_id=os.environ["PLAID_CLIENT_ID"],
    secret=os.environ["PLAID_SECRET"],
    environment="sandbox",
    api_version="2019-05-29",
)


def tell(path, **seen):
    print(json.dumps({"path": path, **seen}))


def guide():
    link = client.LinkToken.create(
        {
            "user": {"client_user_id": "user-1"},
            "client_name": "Funding app",
            "products": ["auth"],
            "country_codes": ["US"],
            "language": "en",
        }
    )
    made = client.Sandbox.public_token.create("ins_109508", ["auth"])

    exchange_token_response = client.Item.public_token.exchange(made["public_token"])
    access_token = exchange_token_response["access_token"]
    accounts = client.Accounts.get(access_token)["accounts"]
    checking = next(account for account in accounts if account["subtype"] == "checking")

    apex_response = client.Processor.tokenCreate(access_token, checking["account_id"], "apex")
    tell(
        "guide",
        link_token=link["link_token"],
        item_id=exchange_token_response["item_id"],
        access_token=access_token,
        accounts=len(accounts),
        mask=checking["mask"],
        processor_token=apex_response["processor_token"],
        request_id=apex_response["request_id"],
    )
    return access_token


def refused(path, call):
    try:
        call()
    except PlaidError as error:
        tell(
            path,
            through=type(error).__name__,
            error_type=error.type,
            error_code=error.code,
            error_message=error.message,
            request_id=error.request_id,
        )
    else:
        raise AssertionError(f"{path}: the call was not refused")


token = guide()
refused("error", lambda: client.Accounts.balance.get(token))
refused("no account_id", lambda: client.Processor.tokenCreate(token, None, "apex"))
