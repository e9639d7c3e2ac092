package runner

import (
	"context"
	"fmt"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/cmd/tweed/flow"
	"tweed/emulator"
	"tweed/emulator/scenario"
	"tweed/scenarios"
)

// drive lets a flow live in a world's time, as the command does.
func drive(cfg *flow.Config, w emulator.World) {
	n := 0
	cfg.Now = w.Now
	cfg.NewID = func() string {
		n++
		return fmt.Sprintf("00000000-0000-4000-8000-%012d", n)
	}
	cfg.Idle = func(ctx context.Context) error {
		w.Advance(6 * time.Hour)
		return ctx.Err()
	}
	cfg.Wait = func(ctx context.Context, d time.Duration) error {
		w.Advance(d)
		return ctx.Err()
	}
	cfg.Patience = 60 * 24 * time.Hour
}

// shipped loads a scenario that comes with Tweed, anew each time.
func shipped(name string) (*scenario.Scenario, error) {
	text, ok := scenarios.Find(name)
	if !ok {
		return nil, fmt.Errorf("no scenario %s", name)
	}
	return scenario.Load(name, text)
}

// perform runs a scenario.
func perform(t *testing.T, s *scenario.Scenario, seed uint64) *Report {
	t.Helper()
	report, err := Run(t.Context(), s, Options{Seed: seed, Drive: drive})
	require.NoError(t, err)
	return report
}

// parse loads a scenario of a test.
func parse(t *testing.T, text string) *scenario.Scenario {
	t.Helper()
	s, err := scenario.Load("test.yaml", []byte(text))
	require.NoError(t, err)
	return s
}

// TestShippedScenarios: every file that comes with Tweed is green, with its own seed and
// with another.
func TestShippedScenarios(t *testing.T) {
	t.Parallel()
	require.GreaterOrEqual(t, len(scenarios.Names()), 15)
	for _, name := range scenarios.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, seed := range []uint64{0, 77} {
				s, err := shipped(name)
				require.NoError(t, err)
				report := perform(t, s, seed)
				require.Empty(t, report.Problems)
				require.True(t, report.Good())
				require.Equal(t, path.Base(name), report.Name)
				require.NotEmpty(t, report.Transcript)
			}
		})
	}
}

// TestProblems: what a report says of each kind of difference.
func TestProblems(t *testing.T) {
	t.Parallel()
	const given = "given: {items: [{as: alice}]}\n"
	const get = "{call: /item/get, with: {access_token: $alice.access_token}"
	for _, test := range []struct {
		name, text string
		problems   []string
	}{
		{"a call that fails", "steps: [{call: /item/get, with: {access_token: x}}]", []string{
			"step 1 (/item/get): status: wanted success, got 400 (INVALID_INPUT/INVALID_ACCESS_TOKEN: provided access token",
		}},
		{"a call that does not fail", given + "steps: [" + get + ", expect: {error: ITEM_LOCKED}}]", []string{
			"step 1 (/item/get): error: wanted ITEM_LOCKED, got no error (status 200)",
		}},
		{"a member", given + "steps: [{name: look, " + get[1:] + ", expect: {body: {item.institution_id: x, item.nothing: 1}}}]", []string{
			`step 1 (look): item.institution_id: wanted "x", got "ins_109508"`, "step 1 (look): item.nothing: wanted 1, but",
		}},
		{"a header", given + "steps: [" + get + ", expect: {headers: {Tweed-Rule: present}}}]", []string{
			"step 1 (/item/get): header Tweed-Rule: wanted something",
		}},
		{"a capture", given + "steps: [" + get + ", capture: {x: item.nothing}}]", []string{"step 1 (/item/get): capture x: "}},
		{"a reference", given + "steps: [{call: /item/get, with: {access_token: $alice.acces_token}}]", []string{
			"step 1 (/item/get): ",
		}},
		{"a flow step", "steps: [{flow: exchange, expect: {error: ITEM_LOCKED}}]", []string{
			"step 1 (flow exchange): wanted error ITEM_LOCKED, but the step went well",
		}},
		{"a flow step with another error", "rules: [{call: /item/public_token/exchange, then: {error: ITEM_LOCKED}}]\n" +
			"steps: [{flow: exchange, expect: {error: NO_ACCOUNTS}}]", []string{
			"step 1 (flow exchange): wanted error NO_ACCOUNTS, got ITEM_ERROR/ITEM_LOCKED: ",
		}},
		{"a flow step that fails", "rules: [{call: /item/public_token/exchange, then: {error: ITEM_LOCKED}}]\n" +
			"steps: [{flow: exchange}]", []string{"step 1 (flow exchange): "}},
		{"a flow's setting", "steps: [{flow: deposit, with: {amont: \"5\"}}]", []string{"step 1 (flow deposit): "}},
		{"the end", "expect: {flow: {ends: canceled, reason: R01}}", []string{
			"flow: wanted it to end canceled, got completed", `flow: wanted reason R01, got ""`,
		}},
		{"the flow by itself", "rules: [{call: /auth/get, then: {error: ITEM_LOCKED}}, " +
			"{call: /processor/*, then: {error: ITEM_LOCKED}}]", []string{"flow: it ended failed at processor_token"}},
		{"calls", given + "steps: [" + get + "}]\nexpect: {calls: [{call: /item/get, count: 2}, {call: /auth/get}]}", []string{
			"calls of /item/get: wanted 2, got 1", "calls of /auth/get: wanted at least one, got 0",
		}},
		{"none", given + "steps: [" + get + "}, {advance: 1h}, {advance: 2 banking days}]\n" +
			"expect: {calls: [{call: /item/get, count: {max: 1}}]}", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			report := perform(t, parse(t, test.text), 0)
			require.Len(t, report.Problems, len(test.problems), "%q", report.Problems)
			for i, wanted := range test.problems {
				require.Contains(t, report.Problems[i].String(), wanted)
			}
		})
	}
}

// TestRunInterrupted: a run that is told to stop stops, and says so.
func TestRunInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s, err := shipped("login-reset")
	require.NoError(t, err)
	report, err := Run(ctx, s, Options{Drive: drive})
	require.NoError(t, err)
	require.Contains(t, report.Problems.Error(), "interrupted")
}

// TestRunCannotStart: a scenario whose beginning cannot be is an error and no report.
func TestRunCannotStart(t *testing.T) {
	t.Parallel()
	_, err := Run(t.Context(), parse(t, "given: {items: [{password: error_ITEM_LOCKED}]}"), Options{Drive: drive})
	require.ErrorContains(t, err, "the item cannot be linked")
}

// TestTranscript: it has what was sent and what came, and nothing that differs between runs.
func TestTranscript(t *testing.T) {
	t.Parallel()
	text := string(perform(t, parse(t, collected), 1).Transcript)
	for _, wanted := range []string{
		"POST /sandbox/item/reset_login\n{\"access_token\":\"access-sandbox-", "\n400 Bad Request\n", "Content-Length: ",
		"\nTweed-Now: 2026-01-05T14:30:00Z\n", "## webhook 1 at 2026-01-05T14:30:00Z to http://127.0.0.1:9/hook: collected\n",
		"\nPlaid-Verification: ", "## end at 2026-01-08T14:30:00Z\n", "http://HOST/link/link-sandbox-",
	} {
		require.Contains(t, text, wanted)
	}
	require.NotContains(t, text, "\nDate: ")
	require.Equal(t, 0, strings.Count(text, "127.0.0.1:")-strings.Count(text, "127.0.0.1:9/hook"), "no port of the emulator")
}
