package conformance

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
	"tweed/emulator/scenario"
)

// schemathesis calls the operations of Plaid's OpenAPI document with bodies that it makes up
// out of the schemas, good ones and bad ones. It checks that no reply is a 5xx or off its
// schema, and that every refusal is a Plaid error (python/schemathesis/judge.py). The calls
// are the same in each run. Its coverage phase is left out: 31,000 calls, and the document has
// a media type "examples" that it stops at.
func schemathesis(t *testing.T, emu *emulator.Emulator, flags ...string) ended {
	t.Helper()
	dir := filepath.Join("python", "schemathesis")
	interpreter := filepath.Join(pip().install(t, dir), "venv", "bin", "python")
	document, err := documentFile()
	require.NoError(t, err)
	hooks, err := filepath.Abs(dir)
	require.NoError(t, err)

	c := newClient(t, emu.PlaidURL(), "")
	made := c.link()
	processorToken, err := c.processorToken(made.accessToken, made.checking(t), "dwolla")
	require.NoError(t, err)
	known, err := json.Marshal(map[string]any{
		"client_id": clientID, "secret": secret, "access_token": made.accessToken, "processor_token": processorToken,
		"account_id": made.checking(t), "account_ids": []string{made.checking(t)}, "institution_id": firstPlatypusBank,
	})
	require.NoError(t, err)

	argv := []string{
		interpreter, "-B", "-m", "schemathesis.cli", "run", document, "--url", emu.PlaidURL(),
		"--header", "PLAID-CLIENT-ID:" + clientID, "--header", "PLAID-SECRET:" + secret,
		"--header", "Plaid-Version:2020-09-14",
		"--phases", "fuzzing", "--mode", "all", "--seed", "1", "--no-shrink", "--continue-on-failure",
		"--checks", "not_a_server_error,response_schema_conformance,refused_as_plaid_does",
		"--suppress-health-check", "all", "--warnings", "off", "--no-color",
	}
	return bounded(t, runLimit, program{
		argv: append(argv, flags...), dir: t.TempDir(),
		env: plain([]string{"PYTHONPATH=" + hooks, "SCHEMATHESIS_HOOKS=judge", "REAL=" + string(known)}),
	})
}

// TestSchemathesis: a stranger's judge of all operations, the shaped ones too.
func TestSchemathesis(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	got := schemathesis(t, emu, "--max-examples", "4")
	require.Zero(t, got.code, got.stdout+got.stderr)
	require.Contains(t, got.stdout, "321 passed")

	good := map[string]bool{} // past the checks of the request; who behaves refuses made-up ids of other things
	for _, call := range emu.Calls() {
		if call.Status == 200 {
			good[call.Path] = true
		}
	}
	require.Greater(t, len(good), 150)
}

// TestSchemathesisFindsFaults: a check that cannot fail is no check.
func TestSchemathesisFindsFaults(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	faults := []struct {
		path  string
		then  scenario.Then
		found string
	}{
		{"/item/get", scenario.Then{Status: 503, Body: map[string]any{"error": "server error"}}, "Server error"},
		{"/auth/get", scenario.Then{Patch: scenario.Patch{Omit: []string{"/numbers/ach"}}}, "Response violates schema"},
		{"/identity/get", scenario.Then{Status: 400, Body: map[string]any{"error_code": "INVALID_FIELD"}}, "400 without error_type"},
	}
	var flags []string
	for _, fault := range faults {
		emu.World("default").Rule(scenario.Rule{Call: scenario.Calls(fault.path), Then: fault.then})
		flags = append(flags, "--include-path", fault.path)
	}
	got := schemathesis(t, emu, slices.Concat(flags, []string{"--max-examples", "10"})...)
	require.Equal(t, 1, got.code, got.stdout+got.stderr)
	for _, fault := range faults {
		require.Contains(t, got.stdout, "POST "+fault.path)
		require.Contains(t, strings.Join(strings.Fields(got.stdout), " "), fault.found)
	}
}
