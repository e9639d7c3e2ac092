package plaid

import (
	"slices"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
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

// firing is what /sandbox/item/fire_webhook sends for a code and a type: the product that
// the Item must have ("" for none), and the members beside item_id (OpenAPI file, the
// schemas of the webhooks).
type firing struct {
	code, kind string
	product    string
	members    func(i Item, c *api.Call) map[string]any
}

// firings are the webhooks that can be fired. Of several types of one code the first is
// sent to a client that names none, as old ones do (recorded).
var firings = []firing{
	{"DEFAULT_UPDATE", "TRANSACTIONS", productTransactions, fixed(map[string]any{"error": nil, "new_transactions": 0})},
	{"DEFAULT_UPDATE", "AUTH", productAuth, fixed(map[string]any{
		"error": nil, "account_ids_with_new_auth": []string{}, "account_ids_with_updated_auth": map[string]any{},
	})},
	{"DEFAULT_UPDATE", "HOLDINGS", "investments", fixed(map[string]any{
		"error": nil, "new_holdings": 0, "updated_holdings": 0,
	})},
	{"DEFAULT_UPDATE", "INVESTMENTS_TRANSACTIONS", "investments", fixed(map[string]any{
		"error": nil, "new_investments_transactions": 0, "canceled_investments_transactions": 0,
	})},
	{"DEFAULT_UPDATE", "LIABILITIES", "liabilities", fixed(map[string]any{
		"error": nil, "account_ids_with_new_liabilities": []string{},
		"account_ids_with_updated_liabilities": map[string]any{},
	})},
	{"DEFAULT_UPDATE", "IDENTITY", productIdentity, fixed(map[string]any{
		"error": nil, "account_ids_with_updated_identity": map[string]any{},
	})},
	{"SYNC_UPDATES_AVAILABLE", "TRANSACTIONS", productTransactions, completenessOf},
	{"RECURRING_TRANSACTIONS_UPDATE", "TRANSACTIONS", productTransactions, func(i Item, c *api.Call) map[string]any {
		return map[string]any{"account_ids": streamAccounts(i.accounts(c.World))}
	}},
	{"NEW_ACCOUNTS_AVAILABLE", "ITEM", "", fixed(map[string]any{"error": nil})},
	{"USER_PERMISSION_REVOKED", "ITEM", "", fixed(map[string]any{
		"error": webhookErrorOf(find("USER_PERMISSION_REVOKED").New()),
	})},
	{"USER_ACCOUNT_REVOKED", "ITEM", "", firstAccount},
	{"PENDING_DISCONNECT", "ITEM", "", fixed(map[string]any{"reason": "INSTITUTION_MIGRATION"})},
	{"LOGIN_REPAIRED", "ITEM", "", fixed(nil)},
	{"AUTHORIZATION_GRANTED", "ITEM", "", fixed(nil)}, // hidden from the documentation; its members are assumed
	{"SMS_MICRODEPOSITS_VERIFICATION", "AUTH", "", func(i Item, c *api.Call) map[string]any {
		out := firstAccount(i, c)
		out["status"] = "MANUALLY_VERIFIED"
		return out
	}},
	{"PRODUCT_READY", "ASSETS", "assets", func(_ Item, c *api.Call) map[string]any {
		return map[string]any{"asset_report_id": c.World.UUID("asset_report"), "report_type": "FULL"}
	}},
	{"ERROR", "ASSETS", "assets", func(_ Item, c *api.Call) map[string]any {
		return map[string]any{
			"asset_report_id": c.World.UUID("asset_report"),
			"error":           webhookErrorOf(find("ASSET_REPORT_ERROR/ASSET_REPORT_GENERATION_FAILED").New()),
		}
	}},
	{"ERROR", "ITEM", "", fixed(map[string]any{"error": webhookErrorOf(errLoginRequired.New())})},
}

// fixed gives the same members for every Item.
func fixed(members map[string]any) func(Item, *api.Call) map[string]any {
	return func(Item, *api.Call) map[string]any {
		out := make(map[string]any, len(members))
		for name, value := range members {
			out[name] = value
		}
		return out
	}
}

func firstAccount(i Item, c *api.Call) map[string]any {
	out := map[string]any{"account_id": ""}
	if all := i.accounts(c.World); len(all) > 0 {
		out["account_id"] = all[0].ID
	}
	return out
}

func completenessOf(i Item, c *api.Call) map[string]any {
	s, _ := current(c.World, i, historyRange{})
	return completeness(s)
}

// sandboxItemFireWebhook sends a webhook as if its reason had come about; the Item stays as
// it is. A type that the code does not have is as good as none (assumed). Errors, in order
// of checking: those of itemOf, INVALID_FIELD for a code that cannot be fired (assumed),
// SANDBOX_WEBHOOK_INVALID without a webhook, SANDBOX_PRODUCT_NOT_ENABLED for a product that
// the Item lacks.
func sandboxItemFireWebhook(c *api.Call, req fireWebhookRequest) (fireWebhookResponse, error) {
	item, err := itemOf(c, req.AccessToken)
	if err != nil {
		return fireWebhookResponse{}, err
	}
	at := slices.IndexFunc(firings, func(f firing) bool { return f.code == req.WebhookCode && f.kind == req.WebhookType })
	if at < 0 {
		at = slices.IndexFunc(firings, func(f firing) bool { return f.code == req.WebhookCode })
	}
	switch {
	case at < 0:
		return fireWebhookResponse{}, errInvalidField.Text("webhook_code must be a valid webhook code")
	case item.Webhook == "":
		return fireWebhookResponse{}, errSandboxWebhook.New()
	case item.lacks(firings[at].product):
		return fireWebhookResponse{}, errSandboxProduct.New("product", firings[at].product)
	}
	members := firings[at].members(item, c)
	members["webhook_type"] = firings[at].kind
	itemWebhook(c.World, &item, req.WebhookCode, members)
	items.Put(c.World, item.ID, item)
	return fireWebhookResponse{RequestID: c.RequestID, WebhookFired: true}, nil
}
