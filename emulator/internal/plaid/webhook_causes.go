package plaid

import (
	"slices"

	"tweed/emulator/internal/contract"
)

// What sends webhooks and is no one operation.
const (
	causeReady    = "an Item with Transactions, when its history is ready"
	causeDeposits = "automated micro-deposits, a banking day later"
	causeDay      = "a day that passes"
	causeHosted   = "hosted Link"
	causeRepaired = "Link in update mode"
)

// updateCauses are what brings new transactions.
var updateCauses = []string{"/transactions/refresh", "/sandbox/transactions/create", causeDay}

// causes are what sends a webhook because of what it does, by the webhook's schema:
// operations by their paths, else words. The two of Fallback describe the same messages as
// AutomaticallyVerifiedWebhook and VerificationExpiredWebhook. A test makes each of them happen.
var causes = map[string][]string{
	"AssetsProductReadyWebhook":                          {"/asset_report/create", "/asset_report/refresh"},
	"AutomaticallyVerifiedWebhook":                       {causeDeposits, "/sandbox/item/set_verification_status"},
	"DefaultUpdateWebhook":                               updateCauses,
	"FallbackAuthMicrodepositAutoVerifiedWebhook":        {causeDeposits, "/sandbox/item/set_verification_status"},
	"FallbackAuthMicrodepositVerificationExpiredWebhook": {"/sandbox/item/set_verification_status"},
	"HistoricalUpdateWebhook":                            {causeReady},
	"HoldingsDefaultUpdateWebhook":                       {"/investments/refresh"},
	"InitialUpdateWebhook":                               {causeReady},
	"InvestmentsDefaultUpdateWebhook":                    {"/investments/refresh"},
	"ItemAddResultWebhook":                               {causeHosted},
	"ItemErrorWebhook":                                   {"/sandbox/item/reset_login", "/sandbox/user/reset_login"},
	"ItemLoginRepairedWebhook":                           {causeRepaired},
	"LinkEventsWebhook":                                  {causeHosted},
	"LinkSessionFinishedWebhook":                         {causeHosted},
	"PaymentStatusUpdateWebhook":                         {"/sandbox/payment/simulate"},
	"ProcessorDefaultUpdateWebhook":                      updateCauses,
	"ProcessorHistoricalUpdateWebhook":                   {causeReady},
	"ProcessorInitialUpdateWebhook":                      {causeReady},
	"ProcessorRecurringTransactionsUpdateWebhook":        updateCauses, // once /transactions/recurring/get was called
	"ProcessorSyncUpdatesAvailableWebhook":               updateCauses, // once /transactions/sync was called
	"ProcessorTokenWebhookUpdate":                        {"/processor/token/webhook/update"},
	"ProcessorTransactionsRemovedWebhook":                {"/transactions/refresh"},
	"RecurringTransactionsUpdateWebhook":                 updateCauses,
	"StatementsRefreshCompleteWebhook":                   {"/statements/refresh"},
	"SyncUpdatesAvailableWebhook":                        updateCauses,
	"TransactionsRemovedWebhook":                         {"/transactions/refresh"},
	"TransferEventsUpdateWebhook": {
		"/sandbox/transfer/simulate", "/sandbox/transfer/refund/simulate", "/sandbox/transfer/sweep/simulate",
		"/sandbox/transfer/ledger/simulate_available",
	},
	"VerificationExpiredWebhook":       {"/sandbox/item/set_verification_status"},
	"WebhookUpdateAcknowledgedWebhook": {"/item/webhook/update"},
}

// CausesOf returns what sends a webhook beside a trigger: what does that which it tells, then
// the operation that fires it without a reason. It is empty for most.
func CausesOf(kind *contract.Webhook) []string {
	out := append([]string{}, causes[kind.Schema]...)
	if slices.ContainsFunc(firings, func(f firing) bool { return f.schema == kind.Schema }) {
		out = append(out, "/sandbox/item/fire_webhook")
	}
	for path, fired := range map[string]map[string]string{
		"/sandbox/bank_income/fire_webhook": bankIncomeFirings, "/sandbox/income/fire_webhook": incomeFirings,
		"/sandbox/user/fire_webhook": userFirings, "/sandbox/bank_transfer/fire_webhook": bankTransferFirings,
		"/sandbox/transfer/fire_webhook": transferFirings,
	} {
		if fired[kind.Code] == kind.Schema { // one path at most: the order does not matter
			out = append(out, path)
		}
	}
	return out
}
