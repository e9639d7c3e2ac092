"""plaid-python 46, the client generated from Plaid's OpenAPI document: Plaid's guide for Apex,
an error, and a processor token without an account. One line of JSON tells what each gave."""

import json
import os

import plaid
from plaid.api import plaid_api
from plaid.model.accounts_balance_get_request import AccountsBalanceGetRequest
from plaid.model.accounts_get_request import AccountsGetRequest
from plaid.model.country_code import CountryCode
from plaid.model.item_public_token_exchange_request import ItemPublicTokenExchangeRequest
from plaid.model.link_token_create_request import LinkTokenCreateRequest
from plaid.model.link_token_create_request_user import LinkTokenCreateRequestUser
from plaid.model.processor_apex_processor_token_create_request import (
    ProcessorApexProcessorTokenCreateRequest,
)
from plaid.model.products import Products
from plaid.model.sandbox_public_token_create_request import SandboxPublicTokenCreateRequest

configuration = plaid.Configuration(
    host=os.environ.get("PLAID_BASE_URL", plaid.Environment.Sandbox),
    api_key={
        "clientId": os.environ["PLAID_CLIENT_ID"],
        "secret": os.environ["PLAID_SECRET"],
        "plaidVersion": "2020-09-14",
    },
)
asks_no_proxy = configuration.proxy is None  # left to itself, whatever the environment says
if "PLAID_BASE_URL" not in os.environ:
    configuration.proxy = os.environ["HTTPS_PROXY"]
client = plaid_api.PlaidApi(plaid.ApiClient(configuration))


def tell(path, **seen):
    print(json.dumps({"path": path, **seen}))


def guide():
    link = client.link_token_create(
        LinkTokenCreateRequest(
            user=LinkTokenCreateRequestUser(client_user_id="user-1"),
            client_name="Funding app",
            products=[Products("auth")],
            country_codes=[CountryCode("US")],
            language="en",
        )
    )
    made = client.sandbox_public_token_create(
        SandboxPublicTokenCreateRequest(institution_id="ins_109508", initial_products=[Products("auth")])
    )
    exchanged = client.item_public_token_exchange(ItemPublicTokenExchangeRequest(public_token=made["public_token"]))
    access_token = exchanged["access_token"]
    accounts = client.accounts_get(AccountsGetRequest(access_token=access_token))["accounts"]
    checking = next(account for account in accounts if str(account["subtype"]) == "checking")
    apex = client.processor_apex_processor_token_create(
        ProcessorApexProcessorTokenCreateRequest(access_token=access_token, account_id=checking["account_id"])
    )
    tell(
        "guide",
        asks_no_proxy=asks_no_proxy,
        link_token=link["link_token"],
        item_id=exchanged["item_id"],
        access_token=access_token,
        accounts=len(accounts),
        mask=checking["mask"],
        processor_token=apex["processor_token"],
        request_id=apex["request_id"],
    )
    return access_token


def refused(path, call):
    try:
        call()
    except plaid.ApiException as error:
        body = json.loads(error.body)
        told = {name: body[name] for name in ("error_type", "error_code", "error_message", "request_id")}
        tell(path, through=type(error).__name__, status=error.status, **told)
    except TypeError as error:  # the SDK's own check, before any call
        tell(path, through="TypeError", error_message=str(error))
    else:
        raise AssertionError(f"{path}: the call was not refused")


token = guide()
refused("error", lambda: client.accounts_balance_get(AccountsBalanceGetRequest(access_token=token)))
refused(
    "no account_id",
    lambda: client.processor_apex_processor_token_create(ProcessorApexProcessorTokenCreateRequest(access_token=token)),
)
