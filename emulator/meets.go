package emulator

import (
	"slices"
	"strings"

	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/contract"
)

// byField are what a call can meet that has one of these fields: errors by their key, or types of
// Plaid's errors. What stands first is what is tried first.
var byField = []struct{ fields, errors []string }{
	{
		[]string{"access_token", "access_tokens", "processor_token"},
		[]string{
			"ITEM_ERROR/ITEM_LOGIN_REQUIRED", "ITEM_ERROR/PRODUCT_NOT_READY", "INSTITUTION_ERROR/INSTITUTION_DOWN",
			"INSTITUTION_ERROR/INSTITUTION_NOT_RESPONDING", "API_ERROR/INTERNAL_SERVER_ERROR",
		},
	},
	{[]string{"access_token", "access_tokens"}, []string{"INVALID_INPUT/INVALID_ACCESS_TOKEN"}},
	{[]string{"processor_token"}, []string{"INVALID_INPUT/INVALID_PROCESSOR_TOKEN"}},
	{[]string{"public_token"}, []string{"INVALID_INPUT/INVALID_PUBLIC_TOKEN"}},
	{[]string{"link_token"}, []string{"INVALID_INPUT/INVALID_LINK_TOKEN"}},
	{[]string{"account_id", "options.account_ids"}, []string{"INVALID_INPUT/INVALID_ACCOUNT_ID"}},
	{[]string{"institution_id"}, []string{"INVALID_INPUT/INVALID_INSTITUTION", "INSTITUTION_ERROR"}},
	{[]string{"processor"}, []string{"INVALID_INPUT/INVALID_PROCESSOR"}},
	{[]string{"products", "initial_products"}, []string{"INVALID_INPUT/INVALID_PRODUCT"}},
	{[]string{"access_token", "access_tokens", "processor_token"}, []string{"ITEM_ERROR", "INSTITUTION_ERROR"}},
}

// productErrors are the types that speak of one product: they are met at paths with the word in them.
var productErrors = map[string]string{
	"ASSET_REPORT_ERROR": "/asset_report/", "BANK_TRANSFER_ERROR": "/bank_transfer/", "CHECK_REPORT_ERROR": "/cra/",
	"CONSUMER_REPORT_ERROR": "/consumer_report/", "INCOME_VERIFICATION_ERROR": "/credit/", "OAUTH_ERROR": "/oauth/",
	"PARTNER_ERROR": "/partner/", "PAYMENT_ERROR": "/payment_initiation/", "SANDBOX_ERROR": "/sandbox/",
	"SIGNAL_ERROR": "/signal/", "TRANSACTIONS_ERROR": "/transactions/", "TRANSFER_ERROR": "/transfer/",
	"USER_ERROR": "/user/",
}

// everywhere is what any call to Plaid can meet.
var everywhere = []string{"API_ERROR", "INVALID_INPUT/INVALID_API_KEYS", "INVALID_REQUEST"}

// meetsOf names what calls of an operation meet: types, or errors by their key. It follows from the
// operation's fields and path (assumed: Plaid lists no errors by operation), and only says what is
// proposed first. Of another vendor than Plaid all rows are met at all operations.
func meetsOf(op *contract.Op) []string {
	if op.Family != catalogue.Plaid {
		return []string{}
	}
	out := []string{}
	for _, row := range byField {
		if slices.ContainsFunc(row.fields, op.Field) {
			out = append(out, row.errors...)
		}
	}
	out = slices.Concat(out, []string{catalogue.RateLimit(op.Path).Key()}, typesAt(op.Path), everywhere)
	return unique(out)
}

// typesAt are the types whose product a path speaks of, sorted.
func typesAt(path string) []string {
	var out []string
	for typ, word := range productErrors {
		if strings.Contains(path+"/", word) {
			out = append(out, typ)
		}
	}
	slices.Sort(out)
	return out
}

// unique leaves repeated words out.
func unique(words []string) []string {
	var out []string
	for _, word := range words {
		if !slices.Contains(out, word) {
			out = append(out, word)
		}
	}
	return out
}
