package contract

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// brokenExamples are the operations whose example in plaid-go v41.0.0's file has fields that its own schema lacks, or
// values of another type.
var brokenExamples = map[string]bool{
	"bankTransferList": true, "transactionsUserInsightsGet": true, "transactionsEnhance": true,
	"cashflowReportGet": true, "cashflowReportTransactionsGet": true, "craCheckReportBaseReportGet": true,
	"craCheckReportIncomeInsightsGet": true, "craCheckReportVerificationGet": true, "craMonitoringInsightsGet": true,
	"creditPayrollIncomeGet": true, "identityDocumentsUploadsGet": true, "incomeVerificationPaystubsGet": true,
	"incomeVerificationTaxformsGet": true, "institutionsGet": true, "institutionsGetById": true,
	"institutionsSearch": true, "linkDeliveryGet": true, "paymentInitiationPaymentGet": true,
	"paymentInitiationPaymentList": true, "protectEventGet": true, "protectEventSend": true,
	"sandboxUserResetLogin": true, "transferLedgerDeposit": true, "transferSweepList": true,
}

func TestExamples(t *testing.T) {
	t.Parallel()
	n := 0
	for _, op := range Ops() {
		example := op.Example()
		if example == nil {
			continue
		}
		n++
		faults := op.CheckReply(decode(t, string(example)))
		require.Equal(t, brokenExamples[op.ID], faults != nil, "%s: %v", op.ID, faults)
	}
	require.Equal(t, 305, n)
}

func TestCheckReply(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, path, body string
		want             []string
	}{
		{"good", "/item/public_token/exchange", `{"access_token":"a","item_id":"i","request_id":"r"}`, nil},
		{
			"faults", "/item/public_token/exchange", `{"access_token":1,"item_id":null,"more":1}`,
			[]string{"access_token: has the wrong type", "item_id: null", "request_id: missing", "more: not in the contract"},
		},
		{
			"nested", "/processor/token/permissions/get", `{"request_id":"r","products":["auth","dwolla"]}`,
			[]string{`products[1]: unknown value "dwolla"`},
		},
		{"not JSON", "/asset_report/pdf/get", `{"anything":1}`, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, find(t, "POST", tt.path).CheckReply(decode(t, tt.body)))
		})
	}
}

func TestUnknownEnums(t *testing.T) {
	t.Parallel()
	op := find(t, "POST", "/link/token/create")
	body := decode(t, `{"client_name":"x","language":"eo","country_codes":["US","XX"],"products":["auth","crypto"],
		"account_filters":{"depository":{"account_subtypes":["checking","piggy bank"]}}}`)
	require.Nil(t, op.Check(body))
	require.Equal(t, []string{
		`country_codes[1] "XX"`, `products[1] "crypto"`, `account_filters.depository.account_subtypes[1] "piggy bank"`,
	}, op.UnknownEnums(body))
	require.Nil(t, find(t, "POST", "/item/get").UnknownEnums(decode(t, `{"access_token":"x"}`)))
	require.Nil(t, find(t, "GET", "/fdx/recipients").UnknownEnums(nil))
}
