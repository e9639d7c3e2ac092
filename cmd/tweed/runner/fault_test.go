package runner

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestFaults: a step sees each fault, says what it saw instead, and the tape has what a reader
// can count on.
func TestFaults(t *testing.T) {
	t.Parallel()
	const head = "given: {items: [{as: alice}]}\n"
	step := func(fault, expect string) string {
		return head + "steps: [{call: /item/get, with: {access_token: $alice.access_token}, timeout: 1m, " +
			"headers: {Tweed-Fault: '" + fault + "'}, expect: {" + expect + "}}]"
	}
	for _, test := range []struct{ name, text, problem, tape string }{
		{"reset", step("reset", "fault: reset"), "", "\n\nlost: reset\n\n"},
		{"empty", step("{kind: empty, done: true}", "fault: empty"), "", "\n\nlost: empty\n\n"},
		{"truncate", step("truncate", "fault: truncate, status: 200"), "", "\n\nlost the rest: truncate\n\n"},
		{"garbage", step("garbage", "fault: garbage"), "", "; mode=block\n\xff"},
		{"hang", strings.Replace(step("hang", "fault: hang"), "1m", "100ms", 1), "", "\n\nlost: hang\n\n"},
		{"another", step("reset", "fault: empty"), "fault: wanted empty, got reset", ""},
		{"another", step("garbage", "fault: truncate"), "fault: wanted truncate, got garbage", ""},
		{"none", step("", "fault: reset"), "fault: wanted reset, but the whole reply came", ""},
		{"not expected", step("reset", "status: 200"), "the reply was lost: reset (", ""},
		{"not expected", step("truncate", "status: 200"), "the reply was lost: truncate (", ""},
		{"not expected", step("garbage", "status: 200"), "the reply is garbage", ""},
		{"too late", strings.Replace(step("hang", "status: 200"), "1m", "1ms", 1), "the reply was lost: hang (", ""},
		{"status", step("truncate", "fault: truncate, status: 400"), "status: wanted 400, got 200", ""},
		{"header", step("truncate", "fault: truncate, headers: {Tweed-Rule: missing}"), "header Tweed-Rule: ", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			report := perform(t, parse(t, test.text), 0)
			if test.problem == "" {
				require.Empty(t, report.Problems)
			} else {
				require.Len(t, report.Problems, 1)
				require.Contains(t, report.Problems[0].String(), test.problem)
			}
			require.Contains(t, string(report.Transcript), test.tape)
		})
	}
}

// TestFaultOfGET: no retry of net/http hides a lost GET from its step.
func TestFaultOfGET(t *testing.T) {
	t.Parallel()
	report := perform(t, parse(t, `
rules: [{call: GET /sentinel/api/v1/transfers, times: 1, then: {fault: reset}}]
steps:
  - {flow: relationship}
  - {call: "GET /sentinel/api/v1/transfers?account=3AP05057", expect: {fault: reset}}
  - {call: "GET /sentinel/api/v1/transfers?account=3AP05057"}
expect: {calls: [{call: GET /sentinel/api/v1/transfers, count: 2}]}
`), 0)
	require.Empty(t, report.Problems)
}
