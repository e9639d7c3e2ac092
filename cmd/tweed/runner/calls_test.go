package runner

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/cmd/tweed/flow"
	"tweed/emulator/scenario"
)

// TestFlowCalls: package scenario warns of calls that nothing makes, so that it must know
// each call of the flow, and the steps in their order.
func TestFlowCalls(t *testing.T) {
	t.Parallel()
	require.Equal(t, flow.Steps(), scenario.FlowSteps())
	made := map[string]bool{}
	for _, text := range []string{
		"steps: [{flow: settle}]",
		"steps: [{flow: settle, with: {direction: withdrawal, processor: apex_clearing}}]",
		"rules: [{call: POST /sentinel/api/v1/ach_relationships, then: {patch: {set: {/status: PENDING}}}}]\nsteps: [{flow: deposit}]",
	} {
		report := perform(t, parse(t, text), 1)
		require.Empty(t, report.Problems, text)
		for _, line := range regexp.MustCompile(`(?m)^(POST|GET) (/\S+)`).FindAllString(string(report.Transcript), -1) {
			made[line] = true
		}
	}
	values := regexp.MustCompile(`\\\{\w+\\\}`)
	used := map[scenario.FlowCall]bool{}
	for line := range made {
		found := false
		for _, call := range scenario.FlowCalls() {
			form := values.ReplaceAllString(regexp.QuoteMeta(call.Method+" "+call.Path), `[^/]+`)
			if regexp.MustCompile("^" + form + "$").MatchString(line) {
				found, used[call] = true, true
			}
		}
		require.True(t, found, "the flow calls %s", line)
	}
	for _, call := range scenario.FlowCalls() {
		require.True(t, used[call], "%v", call)
		require.Contains(t, flow.Steps(), call.Step)
	}
}
