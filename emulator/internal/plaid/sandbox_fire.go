package plaid

import (
	"slices"

	"tweed/emulator/internal/api"
)

type incomeFireRequest struct {
	ItemID             string `json:"item_id"`
	UserID             string `json:"user_id"`
	VerificationStatus string `json:"verification_status"`
	Webhook            string `json:"webhook"`
	WebhookCode        string `json:"webhook_code"`
}

// incomeFirings are the webhooks by the codes of /sandbox/income/fire_webhook. Those about a
// user are in newer specifications alone, which do not show them: they are as those about
// an Item (assumed).
var incomeFirings = map[string]string{
	"INCOME_VERIFICATION":                   "IncomeVerificationStatusWebhook",
	"INCOME_VERIFICATION_RISK_SIGNALS":      "IncomeVerificationRiskSignalsStatusWebhook",
	"USER_INCOME_VERIFICATION":              "IncomeVerificationStatusWebhook",
	"USER_INCOME_VERIFICATION_RISK_SIGNALS": "IncomeVerificationRiskSignalsStatusWebhook",
}

// The webhooks of /sandbox/bank_transfer/fire_webhook and /sandbox/transfer/fire_webhook.
var (
	bankTransferFirings = map[string]string{"BANK_TRANSFERS_EVENTS_UPDATE": "BankTransfersEventsUpdateWebhook"}
	transferFirings     = map[string]string{"TRANSFER_EVENTS_UPDATE": "TransferEventsUpdateWebhook"}
)

// fire sends a webhook that a request names with a target of its own. said are the members
// that the request says; empty ones are left to the contract's example.
func fire(c *api.Call, schema, code, target string, said map[string]string) {
	kind := webhookBy(schema)
	about := webhookSubject{target: target}
	if item, ok := items.Get(c.World, said["item_id"]); ok {
		about = webhookSubject{item: item, accounts: item.accounts(c.World), target: target}
	}
	body := kind.body(c.World, c.Client.ID, about)
	body["webhook_code"] = code
	for name, text := range said {
		if text != "" && kind.Answer().Has(name) {
			body[name] = text
		}
	}
	sendWebhook(c.World, target, body)
}

// sandboxIncomeFireWebhook tells a webhook of the end of an income verification. The Item
// need not be there: income verifications have their own (assumed). Errors: INVALID_FIELD
// for an unknown code (assumed).
func sandboxIncomeFireWebhook(c *api.Call, req incomeFireRequest) (requestIDResponse, error) {
	schema, ok := incomeFirings[req.WebhookCode]
	if !ok {
		return requestIDResponse{}, errWebhookCode()
	}
	fire(c, schema, req.WebhookCode, req.Webhook, map[string]string{
		"item_id": req.ItemID, "user_id": req.UserID, "verification_status": req.VerificationStatus,
	})
	return requestIDResponse{RequestID: c.RequestID}, nil
}

// errWebhookCode refuses a code that an operation does not fire.
func errWebhookCode() error { return errInvalidField.Text("webhook_code must be a valid webhook code") }

type bankIncomeFireRequest struct {
	WebhookCode   string `json:"webhook_code"`
	WebhookFields struct {
		Result string `json:"bank_income_refresh_complete_result"`
		UserID string `json:"user_id"`
	} `json:"webhook_fields"`
	WebhookOverride string `json:"webhook_override"`
}

var bankIncomeFirings = map[string]string{
	"BANK_INCOME_REFRESH_UPDATE":   "BankIncomeRefreshUpdateWebhook",
	"BANK_INCOME_REFRESH_COMPLETE": "BankIncomeRefreshCompleteWebhook",
}

// sandboxBankIncomeFireWebhook tells a webhook of a refresh of bank income. Without
// webhook_override it goes nowhere: at Plaid it would go where the dashboard says. Errors:
// INVALID_FIELD for an unknown code (assumed).
func sandboxBankIncomeFireWebhook(c *api.Call, req bankIncomeFireRequest) (requestIDResponse, error) {
	schema, ok := bankIncomeFirings[req.WebhookCode]
	if !ok {
		return requestIDResponse{}, errWebhookCode()
	}
	fire(c, schema, req.WebhookCode, req.WebhookOverride, map[string]string{
		"user_id": req.WebhookFields.UserID, "result": req.WebhookFields.Result,
	})
	return requestIDResponse{RequestID: c.RequestID}, nil
}

type userFireRequest struct {
	UserID      string `json:"user_id"`
	Webhook     string `json:"webhook"`
	WebhookCode string `json:"webhook_code"`
	WebhookType string `json:"webhook_type"`
}

var userFirings = map[string]string{
	"CHECK_REPORT_READY":       "CraCheckReportReadyWebhook",
	"CHECK_REPORT_FAILED":      "CraCheckReportFailedWebhook",
	"USER_CHECK_REPORT_READY":  "CraUserCheckReportReadyWebhook",
	"USER_CHECK_REPORT_FAILED": "CraUserCheckReportFailedWebhook",
}

// sandboxUserFireWebhook tells a webhook of a user's consumer report. Errors: INVALID_FIELD
// for an unknown code (assumed).
func sandboxUserFireWebhook(c *api.Call, req userFireRequest) (fireWebhookResponse, error) {
	schema, ok := userFirings[req.WebhookCode]
	if !ok {
		return fireWebhookResponse{}, errWebhookCode()
	}
	fire(c, schema, req.WebhookCode, req.Webhook, map[string]string{"user_id": req.UserID})
	return fireWebhookResponse{RequestID: c.RequestID, WebhookFired: true}, nil
}

type userResetLoginRequest struct {
	ItemIDs []string `json:"item_ids"`
}

// sandboxUserResetLogin does what /sandbox/item/reset_login does to the Items that it names.
// Without any it does nothing: Tweed does not know which Items are a user's. Errors:
// ITEM_NOT_FOUND (assumed), with no Item changed.
func sandboxUserResetLogin(c *api.Call, req userResetLoginRequest) (requestIDResponse, error) {
	var found []Item
	for _, id := range req.ItemIDs {
		item, ok := items.Get(c.World, id)
		if !ok || item.Removed || item.Client != "" && item.Client != c.Client.ID {
			return requestIDResponse{}, errItemNotFound.New()
		}
		if !slices.ContainsFunc(found, func(other Item) bool { return other.ID == id }) {
			found = append(found, item)
		}
	}
	for _, item := range found {
		item.resetLogin(c.World)
	}
	return requestIDResponse{RequestID: c.RequestID}, nil
}
