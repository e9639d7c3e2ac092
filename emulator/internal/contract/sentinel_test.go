package contract

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSentinel: Apex's objects are open, and only types, lengths and what every form needs are checked.
func TestSentinel(t *testing.T) {
	t.Parallel()
	const (
		relationships = "/sentinel/api/v1/ach_relationships"
		deposits      = "/sentinel/api/v1/transfers/achs/incoming"
		withdrawals   = "/sentinel/api/v1/transfers/achs/outgoing"
	)
	for _, tt := range []struct {
		name, path, body string
		kind             Kind
		fields           []string
	}{
		{"seven fields", relationships, `{"account":"3AP05057","bankRoutingNumber":"121000358","bankAccount":"123456789",
			"bankAccountOwnerName":"A","bankAccountType":"CHECKING","nickname":"","approvalMethod":"PLAID"}`, 0, nil},
		{
			"token", relationships,
			`{"account":"3AP05057","plaidProcessorToken":"processor-sandbox-1","approvalMethod":"PLAID_TOKEN"}`,
			0, nil,
		},
		{"open", relationships, `{"account":"3AP05057","approvalMethod":"PLAID","more":1}`, 0, nil},
		{"unlisted method", relationships, `{"account":"3AP05057","approvalMethod":"SIGNATURE"}`, 0, nil},
		{"missing", relationships, `{}`, MissingFields, []string{"account", "approvalMethod"}},
		{"account", relationships, `{"account":"3ap05057","approvalMethod":"PLAID"}`, InvalidField, []string{"account"}},
		{
			"routing", relationships, `{"account":"3AP05057","approvalMethod":"PLAID","bankRoutingNumber":"1234"}`,
			InvalidField,
			[]string{"bankRoutingNumber"},
		},
		{
			"bank account", relationships, `{"account":"3AP05057","approvalMethod":"PLAID","bankAccount":"123456789012345678"}`,
			InvalidField,
			[]string{"bankAccount"},
		},
		{
			"type", relationships, `{"account":"3AP05057","approvalMethod":"PLAID","bankAccountType":"OTHER"}`,
			InvalidField,
			[]string{"bankAccountType"},
		},
		{"number", deposits, `{"externalTransferId":"1","amount":100.5,"achRelationshipId":"x"}`, 0, nil},
		{"string", deposits, `{"externalTransferId":"1","amount":"100.50","achRelationshipId":"x"}`, 0, nil},
		{
			"not a number", deposits, `{"externalTransferId":"1","amount":"1e3","achRelationshipId":"x"}`,
			InvalidField,
			[]string{"amount"},
		},
		{
			"null amount", deposits, `{"externalTransferId":"1","amount":null,"achRelationshipId":"x"}`,
			InvalidField,
			[]string{"amount"},
		},
		{"deposit, missing", deposits, `{"amount":1}`, MissingFields, []string{"externalTransferId", "achRelationshipId"}},
		{
			"full balance", withdrawals,
			`{"externalTransferId":"1","disbursementType":"FULL_BALANCE","achRelationshipId":"x"}`, 0, nil,
		},
		{
			"disbursement", withdrawals, `{"externalTransferId":"1","disbursementType":"HALF","achRelationshipId":"x"}`,
			InvalidField,
			[]string{"disbursementType"},
		},
		{
			"approval", "/sentinel/api/v2/ach_relationships/{relationshipId}/approve",
			`{"method":"MICRO_DEPOSIT","amount1":"0.03","amount2":0.67}`, 0, nil,
		},
		{
			"noc", "/sentinel/api/v1/test/simulation/achs/{transferId}/noc",
			`{"newAccountNumber":"","newRoutingNumber":"","newBankAccountType":"SAVINGS"}`, 0, nil,
		},
		{"no body", "/sentinel/api/v1/test/simulation/achs/{transferId}/approve", `{}`, 0, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			op := find(t, "POST", tt.path)
			require.Equal(t, "sentinel", op.Family)
			v := op.Check(decode(t, tt.body))
			if tt.kind == 0 {
				require.Nil(t, v)
				return
			}
			require.NotNil(t, v)
			require.Equal(t, tt.kind, v.Kind, v.Message)
			require.Equal(t, tt.fields, v.Fields)
		})
	}
}

// TestVersionsShareAnID: one handler serves all versions of a path.
func TestVersionsShareAnID(t *testing.T) {
	t.Parallel()
	v1 := find(t, "POST", "/sentinel/api/v1/ach_relationships")
	v2 := find(t, "POST", "/sentinel/api/v2/ach_relationships")
	require.Equal(t, "sentinelRelationshipCreate", v1.ID)
	require.Equal(t, v1.ID, v2.ID)
	require.Equal(t, "legit", find(t, "GET", "/legit/api/v1/cc/token").Family)
	require.Nil(t, find(t, "POST", "/legit/api/v1/cc/token").Check(nil))
	require.Equal(t, "bankAccountType must be one of CHECKING, SAVINGS",
		v1.Check(decode(t, `{"account":"3AP05057","approvalMethod":"PLAID","bankAccountType":"X"}`)).Message)
}
