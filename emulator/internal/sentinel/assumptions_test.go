package sentinel

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAssumptions(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	w := newWorld(t)
	for _, a := range Assumptions() {
		require.False(t, seen[a.Name], a.Name)
		seen[a.Name] = true
		require.NotEmpty(t, a.What, a.Name)
		require.NotEmpty(t, a.Default, a.Name)
		require.NotEmpty(t, a.WouldSettle, a.Name)
		require.Equal(t, a.Settable, a.check != nil, a.Name)
		if a.Settable {
			for _, value := range assumed(w, a.Name) {
				require.NoError(t, CheckAssume(map[string]string{a.Name: value}))
			}
		}
	}
}

func TestCheckAssume(t *testing.T) {
	t.Parallel()
	require.NoError(t, CheckAssume(nil))
	require.NoError(t, CheckAssume(map[string]string{
		"token_field": "plaidToken, processor_token", "token_method": "PLAID_TOKEN",
		"auto_approve": "all", "reject_reason": "NSF", "withdrawal_fee": "ACH_FEE 1.50, RUSH 20", "deposit_fee": "none",
	}))
	cases := []struct{ name, value, want string }{
		{"tokn_field", "x", `no assumption is called "tokn_field"; did you mean token_field?`},
		{"Auto-Approve", "x", `no assumption is called "Auto-Approve"; did you mean auto_approve?`},
		{"qqq", "x", `no assumption is called "qqq"; there are token_field, token_method, auto_approve, reject_reason, return_code, balance_check, withdrawal_fee, deposit_fee`},
		{"cut_off", "14:00", "cut_off cannot be set"},
		{"auto_approve", "deposit", `auto_approve: "deposit" is not possible; did you mean deposits?`},
		{"auto_approve", "", `auto_approve: "" is not possible; there are none, deposits, withdrawals, all`},
		{"reject_reason", "NSFF", `reject_reason: "NSFF" is not possible; did you mean NSF?`},
		{"token_field", "nickname", "token_field: nickname is another field of the request"},
		{"token_field", "a b", `token_field: "a b" is no name of a field; write for example plaidProcessorToken`},
		{"balance_check", "true", `balance_check: "true" is not possible; there are off, on`},
		{"return_code", "R99", `return_code: "R99" is no return code that Apex knows; write for example R01`},
		{"withdrawal_fee", "1.50", `withdrawal_fee: "1.50" is no fee; write a type and dollars, for example ACH_FEE 1.50, or none`},
		{"withdrawal_fee", "ACH_FEE 1.505", `withdrawal_fee: "ACH_FEE 1.505" is no fee; write a type and dollars, for example ACH_FEE 1.50, or none`},
		{"deposit_fee", "A 1, none", `deposit_fee: "none" is no fee; write a type and dollars, for example ACH_FEE 1.50, or none`},
		{"deposit_fee", "fee 1", `deposit_fee: "fee 1" is no fee; write a type and dollars, for example ACH_FEE 1.50, or none`},
		{"token_method", "plaid", `token_method: "plaid" is no approval method; write for example PLAID_TOKEN`},
	}
	for _, test := range cases {
		require.EqualError(t, CheckAssume(map[string]string{test.name: test.value}), test.want)
	}
	err := CheckAssume(map[string]string{"b": "", "a": ""})
	require.ErrorContains(t, err, "deposit_fee\nno assumption is called \"b\"")
}
