// Package plaid is the Plaid Sandbox: one file for each chapter of Plaid's API
// documentation. Operations speak version 2020-09-14; versions.go knows the older ones.
package plaid

import (
	"net/http"
	"slices"
	"strings"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/contract"
)

// Family returns Plaid's dialect: RPC over POST with credentials in the body or in
// headers, and errors of eight keys.
func Family() *api.Family {
	return &api.Family{
		Name:   "plaid",
		Route:  routes(),
		Decode: decode,
		Client: client,
		// The order is inferred from recorded answers (plaid-ruby's VCR cassettes) and SDK
		// tests: a null client_id wins over a malformed access_token, a malformed account_id
		// over a malformed access_token. That keys are looked at after the fields, and before
		// values that are well formed and refused (INVALID_PROCESSOR), is assumed.
		Checks: []func(*api.Call) error{
			checkVersion, checkClient, checkFields, checkKeys, checkEnvironment, checkValues, upgradeRequest,
		},
		About: aboutOf,
		Write: write,
	}
}

var (
	errNotFound      = catalogue.Must(catalogue.Plaid, "INVALID_REQUEST/NOT_FOUND")
	errInvalidBody   = catalogue.Must(catalogue.Plaid, "INVALID_REQUEST/INVALID_BODY")
	errInvalidHeader = catalogue.Must(catalogue.Plaid, "INVALID_REQUEST/INVALID_HEADERS")
	errInvalidField  = catalogue.Must(catalogue.Plaid, "INVALID_REQUEST/INVALID_FIELD")
	errMissingFields = catalogue.Must(catalogue.Plaid, "INVALID_REQUEST/MISSING_FIELDS")
	errUnknownFields = catalogue.Must(catalogue.Plaid, "INVALID_REQUEST/UNKNOWN_FIELDS")
	errAPIKeys       = catalogue.Must(catalogue.Plaid, "INVALID_INPUT/INVALID_API_KEYS")
)

// contracted returns all operations of the contract, by path. Those that do not behave
// answer from the contract's example; without one they have no Run and answer
// TWEED_NOT_IMPLEMENTED.
func contracted() []*api.Op {
	var all []*api.Op
	built := 0
	for _, op := range contract.Ops() {
		if op.Family != "plaid" {
			continue
		}
		one := &api.Op{ID: op.ID, Method: op.Method, Path: op.Path, Depth: api.None}
		if run := operations[op.Path]; run != nil && op.Method == http.MethodPost {
			one.Depth, one.Run = api.Stateful, run
			built++
		} else if run := shaped(op); run != nil {
			one.Depth, one.Run = api.Shaped, run
		}
		all = append(all, one)
	}
	if built != len(operations) {
		panic("plaid: an operation is not in the contract")
	}
	return all
}

// routes finds the operations of the contract.
func routes() func(method, path string) (*api.Op, map[string]string, error) {
	table := make(map[string]*api.Op, len(contract.Ops()))
	var others []*api.Op // FDX's, which are no RPC over POST
	for _, op := range contracted() {
		if op.Method == http.MethodPost {
			table[op.Path] = op
		} else {
			others = append(others, op)
		}
	}
	return func(method, path string) (*api.Op, map[string]string, error) {
		if op := table[path]; op != nil && method == op.Method {
			return op, nil, nil
		}
		for _, op := range others {
			if method != op.Method {
				continue
			}
			if params, ok := fitsPath(op.Path, path); ok {
				return op, params, nil
			}
		}
		// 404 and "not found" by plaid.com/docs/errors (2026-03); a recording of 2018 has
		// HTTP 400 and "invalid route: <path>" (plaid-java issue 123).
		return nil, nil, errNotFound.New()
	}
}

// fitsPath compares a path with one that has {name} for what varies, and returns what
// stands there.
func fitsPath(template, path string) (params map[string]string, ok bool) {
	wanted, given := strings.Split(template, "/"), strings.Split(path, "/")
	ok = slices.EqualFunc(wanted, given, func(wanted, given string) bool {
		return wanted == given || strings.HasPrefix(wanted, "{") && given != ""
	})
	if !ok {
		return nil, false
	}
	params = map[string]string{}
	for n, name := range wanted {
		if strings.HasPrefix(name, "{") {
			params[strings.Trim(name, "{}")] = given[n]
		}
	}
	return params, true
}

// operations are those that behave, by path. Each chapter's file holds its own.
var operations = map[string]func(*api.Call) (any, error){
	"/accounts/balance/get":                       api.Handle(accountsBalanceGet),
	"/accounts/get":                               api.Handle(accountsGet),
	"/auth/get":                                   api.Handle(authGet),
	"/credit_details/get":                         api.Handle(creditDetailsGet),
	"/identity/get":                               api.Handle(identityGet),
	"/income/get":                                 api.Handle(incomeGet),
	"/institutions/get":                           api.Handle(institutionsGet),
	"/institutions/get_by_id":                     api.Handle(institutionsGetByID),
	"/institutions/search":                        api.Handle(institutionsSearch),
	"/item/access_token/invalidate":               api.Handle(itemAccessTokenInvalidate),
	"/item/access_token/update_version":           api.Handle(itemAccessTokenUpdateVersion),
	"/item/add_token/create":                      api.Handle(itemAddTokenCreate),
	"/item/create":                                api.Handle(itemCreate),
	"/item/credentials/update":                    api.Handle(itemCredentialsUpdate),
	"/item/delete":                                api.Handle(itemDelete),
	"/item/get":                                   api.Handle(itemGet),
	"/item/mfa":                                   api.Handle(itemMFA),
	"/item/import":                                api.Handle(itemImport),
	"/item/processor_token/apex/create":           api.Handle(processorApexTokenCreate),
	"/item/public_token/create":                   api.Handle(itemPublicTokenCreate),
	"/item/public_token/exchange":                 api.Handle(itemPublicTokenExchange),
	"/item/remove":                                api.Handle(itemRemove),
	"/item/webhook/update":                        api.Handle(itemWebhookUpdate),
	"/link/token/create":                          api.Handle(linkTokenCreate),
	"/link/token/get":                             api.Handle(linkTokenGet),
	"/processor/account/get":                      api.Handle(processorAccountGet),
	"/processor/apex/processor_token/create":      api.Handle(processorApexTokenCreate),
	"/processor/auth/get":                         api.Handle(processorAuthGet),
	"/processor/balance/get":                      api.Handle(processorBalanceGet),
	"/processor/dwolla/processor_token/create":    api.Handle(processorNamed("dwolla")),
	"/processor/identity/get":                     api.Handle(processorIdentityGet),
	"/processor/ocrolus/processor_token/create":   api.Handle(processorNamed("ocrolus")),
	"/processor/stripe/bank_account_token/create": api.Handle(processorStripeTokenCreate),
	"/processor/token/create":                     api.Handle(processorTokenCreate),
	"/processor/token/permissions/get":            api.Handle(processorTokenPermissionsGet),
	"/processor/token/permissions/set":            api.Handle(processorTokenPermissionsSet),
	"/processor/token/webhook/update":             api.Handle(processorTokenWebhookUpdate),
	"/processor/transactions/get":                 api.Handle(processorTransactionsGet),
	"/processor/transactions/recurring/get":       api.Handle(processorTransactionsRecurringGet),
	"/processor/transactions/refresh":             api.Handle(processorTransactionsRefresh),
	"/processor/transactions/sync":                api.Handle(processorTransactionsSync),
	"/sandbox/bank_income/fire_webhook":           api.Handle(sandboxBankIncomeFireWebhook),
	"/sandbox/income/fire_webhook":                api.Handle(sandboxIncomeFireWebhook),
	"/sandbox/user/fire_webhook":                  api.Handle(sandboxUserFireWebhook),
	"/sandbox/user/reset_login":                   api.Handle(sandboxUserResetLogin),
	"/sandbox/item/fire_webhook":                  api.Handle(sandboxItemFireWebhook),
	"/sandbox/item/reset_login":                   api.Handle(sandboxItemResetLogin),
	"/sandbox/item/set_verification_status":       api.Handle(sandboxItemSetVerificationStatus),
	"/sandbox/oauth/select_accounts":              api.Handle(sandboxOAuthSelectAccounts),
	"/sandbox/processor_token/create":             api.Handle(sandboxProcessorTokenCreate),
	"/sandbox/public_token/create":                api.Handle(sandboxPublicTokenCreate),
	"/categories/get":                             api.Handle(categoriesGet),
	"/transactions/deactivate":                    api.Handle(transactionsDeactivate),
	"/sandbox/transactions/create":                api.Handle(sandboxTransactionsCreate),
	"/transactions/enrich":                        api.Handle(transactionsEnrich),
	"/transactions/get":                           api.Handle(transactionsGet),
	"/transactions/recurring/get":                 api.Handle(transactionsRecurringGet),
	"/transactions/refresh":                       api.Handle(transactionsRefresh),
	"/transactions/sync":                          api.Handle(transactionsSync),
	"/webhook_verification_key/get":               api.Handle(webhookVerificationKeyGet),

	"/investments/auth/get":                   api.Handle(investmentsAuthGet),
	"/investments/holdings/get":               api.Handle(investmentsHoldingsGet),
	"/investments/refresh":                    api.Handle(investmentsRefresh),
	"/investments/transactions/get":           api.Handle(investmentsTransactionsGet),
	"/liabilities/get":                        api.Handle(liabilitiesGet),
	"/processor/investments/holdings/get":     api.Handle(processorInvestmentsHoldingsGet),
	"/processor/investments/transactions/get": api.Handle(processorInvestmentsTransactionsGet),
	"/processor/liabilities/get":              api.Handle(processorLiabilitiesGet),

	"/payment_initiation/payment/create":       api.Handle(paymentInitiationPaymentCreate),
	"/payment_initiation/payment/get":          api.Handle(paymentInitiationPaymentGet),
	"/payment_initiation/payment/list":         api.Handle(paymentInitiationPaymentList),
	"/payment_initiation/payment/token/create": api.Handle(createPaymentToken),
	"/payment_initiation/recipient/create":     api.Handle(paymentInitiationRecipientCreate),
	"/payment_initiation/recipient/get":        api.Handle(paymentInitiationRecipientGet),
	"/payment_initiation/recipient/list":       api.Handle(paymentInitiationRecipientList),
	"/sandbox/payment/simulate":                api.Handle(sandboxPaymentSimulate),

	"/identity_verification/create":          api.Handle(identityVerificationCreate),
	"/identity_verification/get":             api.Handle(identityVerificationGet),
	"/identity_verification/list":            api.Handle(identityVerificationList),
	"/identity_verification/retry":           api.Handle(identityVerificationRetry),
	"/income/verification/paystubs/get":      api.Handle(incomeVerificationPaystubsGet),
	"/income/verification/precheck":          api.Handle(incomeVerificationPrecheck),
	"/income/verification/taxforms/get":      api.Handle(incomeVerificationTaxformsGet),
	"/watchlist_screening/individual/create": api.Handle(watchlistScreeningIndividualCreate),
	"/watchlist_screening/individual/get":    api.Handle(watchlistScreeningIndividualGet),
	"/watchlist_screening/individual/list":   api.Handle(watchlistScreeningIndividualList),
	"/watchlist_screening/individual/update": api.Handle(watchlistScreeningIndividualUpdate),

	"/asset_report/audit_copy/create":  api.Handle(assetReportAuditCopyCreate),
	"/asset_report/audit_copy/get":     api.Handle(assetReportAuditCopyGet),
	"/asset_report/audit_copy/pdf/get": api.Handle(assetReportAuditCopyPDFGet),
	"/asset_report/audit_copy/remove":  api.Handle(assetReportAuditCopyRemove),
	"/asset_report/create":             api.Handle(assetReportCreate),
	"/asset_report/filter":             api.Handle(assetReportFilter),
	"/asset_report/get":                api.Handle(assetReportGet),
	"/asset_report/pdf/get":            api.Handle(assetReportPDFGet),
	"/asset_report/refresh":            api.Handle(assetReportRefresh),
	"/asset_report/remove":             api.Handle(assetReportRemove),
	"/statements/download":             api.Handle(statementsDownload),
	"/statements/list":                 api.Handle(statementsList),
	"/statements/refresh":              api.Handle(statementsRefresh),

	"/identity/match":                   api.Handle(identityMatch),
	"/processor/identity/match":         api.Handle(processorIdentityMatch),
	"/processor/signal/decision/report": api.Handle(processorSignalDecisionReport),
	"/processor/signal/evaluate":        api.Handle(processorSignalEvaluate),
	"/processor/signal/prepare":         api.Handle(processorSignalPrepare),
	"/processor/signal/return/report":   api.Handle(processorSignalReturnReport),
	"/signal/decision/report":           api.Handle(signalDecisionReport),
	"/signal/evaluate":                  api.Handle(signalEvaluate),
	"/signal/prepare":                   api.Handle(signalPrepare),
	"/signal/return/report":             api.Handle(signalReturnReport),

	"/sandbox/transfer/fire_webhook":              api.Handle(sandboxTransferFireWebhook),
	"/sandbox/transfer/ledger/deposit/simulate":   api.Handle(sandboxTransferLedgerDepositSimulate),
	"/sandbox/transfer/ledger/simulate_available": api.Handle(sandboxTransferLedgerSimulateAvailable),
	"/sandbox/transfer/ledger/withdraw/simulate":  api.Handle(sandboxTransferLedgerWithdrawSimulate),
	"/sandbox/transfer/refund/simulate":           api.Handle(sandboxTransferRefundSimulate),
	"/sandbox/transfer/simulate":                  api.Handle(sandboxTransferSimulate),
	"/sandbox/transfer/sweep/simulate":            api.Handle(sandboxTransferSweepSimulate),
	"/sandbox/transfer/test_clock/advance":        api.Handle(sandboxTransferTestClockAdvance),
	"/sandbox/transfer/test_clock/create":         api.Handle(sandboxTransferTestClockCreate),
	"/sandbox/transfer/test_clock/get":            api.Handle(sandboxTransferTestClockGet),
	"/sandbox/transfer/test_clock/list":           api.Handle(sandboxTransferTestClockList),
	"/transfer/authorization/cancel":              api.Handle(transferAuthorizationCancel),
	"/transfer/authorization/create":              api.Handle(transferAuthorizationCreate),
	"/transfer/balance/get":                       api.Handle(transferBalanceGet),
	"/transfer/cancel":                            api.Handle(transferCancel),
	"/transfer/create":                            api.Handle(transferCreate),
	"/transfer/event/list":                        api.Handle(transferEventList),
	"/transfer/event/sync":                        api.Handle(transferEventSync),
	"/transfer/get":                               api.Handle(transferGet),
	"/transfer/intent/create":                     api.Handle(transferIntentCreate),
	"/transfer/intent/get":                        api.Handle(transferIntentGet),
	"/transfer/ledger/deposit":                    api.Handle(transferLedgerDeposit),
	"/transfer/ledger/get":                        api.Handle(transferLedgerGet),
	"/transfer/ledger/withdraw":                   api.Handle(transferLedgerWithdraw),
	"/transfer/list":                              api.Handle(transferList),
	"/transfer/migrate_account":                   api.Handle(migrateAccount),
	"/transfer/recurring/cancel":                  api.Handle(transferRecurringCancel),
	"/transfer/recurring/create":                  api.Handle(transferRecurringCreate),
	"/transfer/recurring/get":                     api.Handle(transferRecurringGet),
	"/transfer/recurring/list":                    api.Handle(transferRecurringList),
	"/transfer/refund/cancel":                     api.Handle(transferRefundCancel),
	"/transfer/refund/create":                     api.Handle(transferRefundCreate),
	"/transfer/refund/get":                        api.Handle(transferRefundGet),
	"/transfer/sweep/get":                         api.Handle(transferSweepGet),
	"/transfer/sweep/list":                        api.Handle(transferSweepList),

	"/bank_transfer/balance/get":          api.Handle(bankTransferBalanceGet),
	"/bank_transfer/cancel":               api.Handle(bankTransferCancel),
	"/bank_transfer/create":               api.Handle(bankTransferCreate),
	"/bank_transfer/event/list":           api.Handle(bankTransferEventList),
	"/bank_transfer/event/sync":           api.Handle(bankTransferEventSync),
	"/bank_transfer/get":                  api.Handle(bankTransferGet),
	"/bank_transfer/list":                 api.Handle(bankTransferList),
	"/bank_transfer/migrate_account":      api.Handle(migrateAccount),
	"/processor/bank_transfer/create":     api.Handle(processorBankTransferCreate),
	"/sandbox/bank_transfer/fire_webhook": api.Handle(sandboxBankTransferFireWebhook),
	"/sandbox/bank_transfer/simulate":     api.Handle(sandboxBankTransferSimulate),
}

// decode reads the JSON body. Any Content-Type is taken for a body that is JSON, since
// curl without -H sends a form's; a body without one is refused as documented. Where no keys
// are needed null is as good as nothing (plaid-go's own test of the categories sends it).
func decode(req *api.Request) (api.Body, error) {
	if anonymous[req.Path] && strings.TrimSpace(string(req.Body)) == "null" {
		return api.DecodeJSON(&api.Request{})
	}
	body, err := api.DecodeJSON(req)
	if err == nil {
		return body, nil
	}
	if strings.HasPrefix(req.Path, "/oauth/") && strings.Contains(req.Header.Get("Content-Type"), "form-urlencoded") {
		if form, err := decodeForm(req); err == nil { // as well as JSON (OpenAPI file, /oauth/token)
			return form, nil
		}
	}
	if !strings.Contains(req.Header.Get("Content-Type"), "json") {
		return api.Body{}, errInvalidHeader.Text("Content-Type must be application/json") // assumed
	}
	return api.Body{}, errInvalidBody.New()
}

// refusal is the name under which checkFields leaves a refused value for checkValues.
const refusal = "refusal"

// checkFields holds the body against the contract.
func checkFields(c *api.Call) error {
	op, ok := contract.Find(c.Op.Method, c.Op.Path)
	if !ok {
		return nil
	}
	for _, note := range op.UnknownEnums(c.Body.Fields) {
		c.Note("%s", note)
	}
	v := op.CheckIn(c.Version, c.Body.Fields)
	if v != nil && v.Kind == contract.InvalidInput {
		c.Keep(refusal, v)
		return nil
	}
	return violation(v)
}

// checkValues refuses a value that is well formed and none of the vendor's.
func checkValues(c *api.Call) error {
	kept, _ := c.Kept(refusal)
	v, _ := kept.(*contract.Violation)
	return violation(v)
}

func violation(v *contract.Violation) error {
	switch {
	case v == nil:
		return nil
	case v.Row != "":
		return catalogue.Find(v.Row)[0].Text(v.Message)
	case v.Kind == contract.MissingFields:
		return errMissingFields.New("fields", strings.Join(v.Fields, ", "))
	case v.Kind == contract.UnknownFields:
		return errUnknownFields.New("fields", strings.Join(v.Fields, ", "))
	}
	return errInvalidField.Text(v.Message)
}

// Operations returns all operations with their depths, the old API's first, then
// Link's own, then by path.
func Operations() []*api.Op {
	return slices.Concat([]*api.Op{legacyExchange()}, linkContracted(), contracted())
}
