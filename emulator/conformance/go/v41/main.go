// Command v41 walks with plaid-go v41, the client generated from Plaid's OpenAPI document: Plaid's guide for Apex, an
// error, and a processor token without an account. One line of JSON tells what each gave.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/plaid/plaid-go/v41/plaid"
)

func main() {
	if err := walk(context.Background(), newClient()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func newClient() *plaid.PlaidApiService {
	configuration := plaid.NewConfiguration()
	configuration.AddDefaultHeader("PLAID-CLIENT-ID", os.Getenv("PLAID_CLIENT_ID"))
	configuration.AddDefaultHeader("PLAID-SECRET", os.Getenv("PLAID_SECRET"))
	configuration.UseEnvironment(plaid.Sandbox)
	if url := os.Getenv("PLAID_BASE_URL"); url != "" {
		configuration.UseEnvironment(plaid.Environment(url))
	}
	return plaid.NewAPIClient(configuration).PlaidApi
}

func walk(ctx context.Context, client *plaid.PlaidApiService) error {
	accessToken, err := guide(ctx, client)
	if err != nil {
		return err
	}
	balance := *plaid.NewAccountsBalanceGetRequest(accessToken)
	_, _, err = client.AccountsBalanceGet(ctx).AccountsBalanceGetRequest(balance).Execute()
	if err := refused("error", err); err != nil {
		return err
	}
	apex := *plaid.NewProcessorApexProcessorTokenCreateRequest(accessToken, "")
	_, _, err = client.ProcessorApexProcessorTokenCreate(ctx).ProcessorApexProcessorTokenCreateRequest(apex).Execute()
	return refused("no account_id", err)
}

func guide(ctx context.Context, client *plaid.PlaidApiService) (accessToken string, err error) {
	user := plaid.LinkTokenCreateRequestUser{ClientUserId: "user-1"}
	linkRequest := plaid.NewLinkTokenCreateRequest("Funding app", "en", []plaid.CountryCode{plaid.COUNTRYCODE_US})
	linkRequest.SetUser(user)
	linkRequest.SetProducts([]plaid.Products{plaid.PRODUCTS_AUTH})
	link, _, err := client.LinkTokenCreate(ctx).LinkTokenCreateRequest(*linkRequest).Execute()
	if err != nil {
		return "", err
	}
	publicRequest := *plaid.NewSandboxPublicTokenCreateRequest("ins_109508", []plaid.Products{plaid.PRODUCTS_AUTH})
	made, _, err := client.SandboxPublicTokenCreate(ctx).SandboxPublicTokenCreateRequest(publicRequest).Execute()
	if err != nil {
		return "", err
	}
	exchangeRequest := *plaid.NewItemPublicTokenExchangeRequest(made.GetPublicToken())
	exchanged, _, err := client.ItemPublicTokenExchange(ctx).ItemPublicTokenExchangeRequest(exchangeRequest).Execute()
	if err != nil {
		return "", err
	}
	accessToken = exchanged.GetAccessToken()
	accounts, _, err := client.AccountsGet(ctx).AccountsGetRequest(*plaid.NewAccountsGetRequest(accessToken)).Execute()
	if err != nil {
		return "", err
	}
	var checking plaid.AccountBase
	for _, account := range accounts.GetAccounts() {
		if account.GetSubtype() == plaid.ACCOUNTSUBTYPE_CHECKING {
			checking = account
			break
		}
	}
	apexRequest := *plaid.NewProcessorApexProcessorTokenCreateRequest(accessToken, checking.GetAccountId())
	apex, _, err := client.ProcessorApexProcessorTokenCreate(ctx).
		ProcessorApexProcessorTokenCreateRequest(apexRequest).Execute()
	if err != nil {
		return "", err
	}
	return accessToken, tell("guide", map[string]any{
		"link_token":      link.GetLinkToken(),
		"item_id":         exchanged.GetItemId(),
		"access_token":    accessToken,
		"accounts":        len(accounts.GetAccounts()),
		"mask":            checking.GetMask(),
		"processor_token": apex.GetProcessorToken(),
		"request_id":      apex.GetRequestId(),
	})
}

// refused takes a refusal apart as the SDK's users do.
func refused(path string, err error) error {
	if err == nil {
		return errors.New(path + ": the call was not refused")
	}
	got, convertErr := plaid.ToPlaidError(err)
	if convertErr != nil {
		return err
	}
	return tell(path, map[string]any{
		"through": "ToPlaidError", "error_type": got.GetErrorType(), "error_code": got.GetErrorCode(),
		"error_message": got.GetErrorMessage(), "request_id": got.GetRequestId(),
	})
}

func tell(path string, seen map[string]any) error {
	seen["path"] = path
	return json.NewEncoder(os.Stdout).Encode(seen)
}
