package plaid

import (
	"slices"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/world"
)

var errSandboxWebhook = catalogue.Must(catalogue.Plaid, "SANDBOX_ERROR/SANDBOX_WEBHOOK_INVALID")

type fireWebhookRequest struct {
	AccessToken string `json:"access_token"`
	WebhookCode string `json:"webhook_code"`
	WebhookType string `json:"webhook_type"`
}

type fireWebhookResponse struct {
	RequestID    string `json:"request_id"`
	WebhookFired bool   `json:"webhook_fired"`
}

// firing is a webhook that can be fired, and the product that the Item must have ("" for
// none).
type firing struct{ schema, product string }

// firings are what /sandbox/item/fire_webhook sends (OpenAPI file, its codes and types). Of
// several types of one code the first is sent to a client that names none, as old ones do
// (recorded).
var firings = []firing{
	{"DefaultUpdateWebhook", productTransactions},
	{"AuthDefaultUpdateWebhook", productAuth},
	{"HoldingsDefaultUpdateWebhook", productInvestments},
	{"InvestmentsDefaultUpdateWebhook", productInvestments},
	{"LiabilitiesDefaultUpdateWebhook", "liabilities"},
	{"IdentityDefaultUpdateWebhook", productIdentity},
	{"SyncUpdatesAvailableWebhook", productTransactions},
	{"RecurringTransactionsUpdateWebhook", productTransactions},
	{"NewAccountsAvailableWebhook", ""},
	{"UserPermissionRevokedWebhook", ""},
	{"UserAccountRevokedWebhook", ""},
	{"PendingDisconnectWebhook", ""},
	{"ItemLoginRepairedWebhook", ""},
	{"HostedMMDVerificationWebhook", ""},
	{"AssetsProductReadyWebhook", productAssets},
	{"AssetsErrorWebhook", productAssets},
	{"ItemErrorWebhook", ""},
}

// grantedCode is a code that can be fired and of which the OpenAPI file has no webhook: it
// is hidden from the documentation. That it is of type ITEM and names the Item is assumed.
const grantedCode = "AUTHORIZATION_GRANTED"

// fired finds what a request fires. A type that the code does not have is as good as none
// (assumed).
func fired(req fireWebhookRequest) (firing, bool) {
	is := func(f firing) bool { return webhookBy(f.schema).Code == req.WebhookCode }
	at := slices.IndexFunc(firings, func(f firing) bool { return is(f) && webhookBy(f.schema).Type == req.WebhookType })
	if at < 0 {
		at = slices.IndexFunc(firings, is)
	}
	if at < 0 {
		return firing{}, req.WebhookCode == grantedCode
	}
	return firings[at], true
}

// sandboxItemFireWebhook sends a webhook as if its reason had come about; the Item stays as
// it is. Errors, in order of checking: those of itemOf, INVALID_FIELD for a code that cannot
// be fired (assumed), SANDBOX_WEBHOOK_INVALID without a webhook, SANDBOX_PRODUCT_NOT_ENABLED
// for a product that the Item lacks.
func sandboxItemFireWebhook(c *api.Call, req fireWebhookRequest) (fireWebhookResponse, error) {
	item, err := itemOf(c, req.AccessToken)
	if err != nil {
		return fireWebhookResponse{}, err
	}
	f, ok := fired(req)
	switch {
	case !ok:
		return fireWebhookResponse{}, errWebhookCode()
	case item.Webhook == "":
		return fireWebhookResponse{}, errSandboxWebhook.New()
	case item.lacks(f.product):
		return fireWebhookResponse{}, errSandboxProduct.New("product", f.product)
	}
	var body map[string]any
	if f.schema != "" {
		body = webhookBy(f.schema).body(c.World, c.Client.ID, item.subject(c.World))
	}
	itemWebhook(c.World, &item, req.WebhookCode, body)
	items.Put(c.World, item.ID, item)
	return fireWebhookResponse{RequestID: c.RequestID, WebhookFired: true}, nil
}

// subject is the Item as what a webhook is about.
func (i Item) subject(w *world.World) webhookSubject {
	return webhookSubject{item: i, accounts: i.accounts(w), target: i.Webhook}
}
