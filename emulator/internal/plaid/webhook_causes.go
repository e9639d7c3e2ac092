package plaid

import (
	"slices"

	"tweed/emulator/internal/contract"
)

// transactionCauses are what brings new transactions.
var transactionCauses = []string{"/transactions/refresh", "/sandbox/transactions/create", "a day that passes"}

// causes are what sends a webhook because of what it does, by the webhook's schema:
// operations by their paths, else words. A test makes each of them happen.
var causes = map[string][]string{
	"AssetsProductReadyWebhook":                   {"/asset_report/create", "/asset_report/refresh"},
	"AutomaticallyVerifiedWebhook":                {"/sandbox/item/set_verification_status"},
	"DefaultUpdateWebhook":                        transactionCauses,
	"HistoricalUpdateWebhook":                     {"an Item with Transactions, when its history is ready"},
	"HoldingsDefaultUpdateWebhook":                {"/investments/refresh"},
	"InitialUpdateWebhook":                        {"an Item with Transactions, when its first days are ready"},
	"InvestmentsDefaultUpdateWebhook":             {"/investments/refresh"},
	"ItemAddResultWebhook":                        {"hosted Link"},
	"ItemErrorWebhook":                            {"/sandbox/item/reset_login", "/sandbox/user/reset_login"},
	"ItemLoginRepairedWebhook":                    {"Link in update mode"},
	"LinkEventsWebhook":                           {"hosted Link"},
	"LinkSessionFinishedWebhook":                  {"hosted Link"},
	"PaymentStatusUpdateWebhook":                  {"/sandbox/payment/simulate"},
	"ProcessorDefaultUpdateWebhook":               transactionCauses,
	"ProcessorHistoricalUpdateWebhook":            {"an Item with Transactions, when its history is ready"},
	"ProcessorInitialUpdateWebhook":               {"an Item with Transactions, when its first days are ready"},
	"ProcessorRecurringTransactionsUpdateWebhook": {"new transactions after /transactions/recurring/get"},
	"ProcessorSyncUpdatesAvailableWebhook":        {"changes after /transactions/sync"},
	"ProcessorTokenWebhookUpdate":                 {"/processor/token/webhook/update"},
	"ProcessorTransactionsRemovedWebhook":         transactionCauses,
	"RecurringTransactionsUpdateWebhook":          {"new transactions after /transactions/recurring/get"},
	"StatementsRefreshCompleteWebhook":            {"/statements/refresh"},
	"SyncUpdatesAvailableWebhook":                 {"changes after /transactions/sync"},
	"TransactionsRemovedWebhook":                  transactionCauses,
	"TransferEventsUpdateWebhook": {
		"/sandbox/transfer/simulate", "/sandbox/transfer/refund/simulate", "/sandbox/transfer/sweep/simulate",
		"/sandbox/transfer/ledger/deposit/simulate", "/sandbox/transfer/ledger/withdraw/simulate",
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
		if fired[kind.Code] == kind.Schema {
			out = append(out, path)
		}
	}
	return out
}
