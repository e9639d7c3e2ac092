package runner

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator/scenario"
)

// printed is the example of the scenario language's description, as it stands there.
const printed = `name: deposit-returned-r01
about: The relationship is made with a Plaid processor token; the deposit settles and comes back R01 two banking days later.
seed: 7
clock: {start: 2026-01-05T09:30:00-05:00, run: manual}        # manual | step 1s | real | 60x
environment: sandbox
given:                                                        # what exists before the first call
  items:
    - {as: alice, institution: ins_109508, user: user_good, products: [auth]}
rules:                                                        # first match wins; a spent rule lets the call fall through
  - name: balance needs a new login twice
    call: /accounts/balance/get
    where: {institution_id: ins_109508}
    times: 2
    then: {error: ITEM_LOGIN_REQUIRED}
  - name: slow processor tokens
    call: /processor/*
    then: {delay: 300ms}
  - name: large deposits bounce
    ach: deposit
    where: {amount_cents: {min: 100000}}
    then: {return: R01, after: 2 banking days}
steps:                                                        # optional; without it tweed run walks the reference client's flow
  - {call: /accounts/balance/get, with: {access_token: $alice.access_token}, expect: {error: ITEM_LOGIN_REQUIRED}}
  - {flow: deposit, with: {amount: "1500.00"}}
  - {advance: 5 banking days}
expect:                                                       # makes the file executable
  flow: {ends: returned, reason: R01}
  calls:
    - {call: /processor/apex/processor_token/create, count: 1, status: 200}
`

func TestPrintedExample(t *testing.T) {
	t.Parallel()
	s := parse(t, printed)
	require.Empty(t, s.Warnings())
	require.Empty(t, perform(t, s, 0).Problems)
	s = parse(t, printed)
	s.Steps[1].With = map[string]any{"amount": "999.99"}
	require.Equal(t, "test.yaml:27:9: flow: wanted it to end returned, got completed\n"+
		`test.yaml:27:9: flow: wanted reason R01, got ""`, perform(t, s, 0).Problems.Error())
}

// TestReachable: a scenario reaches every state that a transfer can stop in, every reject reason, and returns that come
// late, without a step.
func TestReachable(t *testing.T) {
	t.Parallel()
	for _, state := range scenario.StayStates() {
		t.Run(state, func(t *testing.T) {
			t.Parallel()
			s := parse(t, fmt.Sprintf(`
rules: [{ach: deposit, then: {stay: %s}}]
steps:
  - {flow: deposit}
  - {advance: 9 banking days}
  - {call: "GET /sentinel/api/v1/transfers/achs/${flow.transfer_id}", expect: {body: {state: %[1]s}}}
expect: {flow: {ends: pending}}`, state))
			require.Empty(t, perform(t, s, 0).Problems)
		})
	}
	for _, reason := range scenario.RejectReasons() {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			s := parse(t, fmt.Sprintf(`
rules: [{ach: deposit, then: {reject: %s, after: 1h}}]
expect: {flow: {ends: rejected, reason: %[1]s}}`, reason))
			require.Empty(t, perform(t, s, 0).Problems)
		})
	}
	for _, rule := range []string{
		"{return: R10}", "{return: R10, after: 45 days}", "{return: R10, after: 25 banking days}", "[{return: R10, after: 720h}]",
	} {
		t.Run(rule, func(t *testing.T) {
			t.Parallel()
			s := parse(t, "rules: [{ach: deposit, then: "+rule+"}]\nexpect: {flow: {ends: returned, reason: R10}}")
			require.Empty(t, perform(t, s, 0).Problems)
		})
	}
}
