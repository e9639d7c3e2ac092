package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
	"tweed/emulator/scenario"
	"tweed/scenarios"
)

// command runs the program and returns its exit code and what it printed.
func command(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, &out, &errs)
	return code, out.String(), errs.String()
}

// file writes a file of its own and returns its path.
func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

const failing = `
given: {items: [{as: alice}]}
steps:
  - {call: /item/get, with: {access_token: $alice.access_token}, expect: {status: 400}}
`

func TestExitCodesAndMessages(t *testing.T) {
	t.Parallel()
	bad := file(t, "bad.yaml", "rules:\n  - call: /auth/get\n    then: {error: ITEM_LOCKD}\n")
	red := file(t, "red.yaml", failing)
	setting := file(t, "setting.yaml", "steps:\n  - {flow: deposit, with: {amuont: \"1500.00\"}}\n")
	warned := file(t, "warned.yaml", "rules:\n  - {call: \"*\", then: {delay: 1s}}\n  - {call: /item/get, then: {delay: 1s}}\n")
	assume := file(t, "assume.yaml", "assume:\n  token_feild: x\n")
	given := file(t, "given.yaml", "given: {items: [{institution: ins_none}]}\n")
	for _, tc := range []struct {
		name   string
		args   []string
		code   int
		stdout string
		stderr string
	}{
		{"no command", nil, 0, "Usage:", ""},
		{"unknown command", []string{"sevre"}, 2, "", `unknown command "sevre"`},
		{"unknown flag", []string{"serve", "--prot", "1"}, 2, "", "unknown flag: --prot"},
		{"bad flag value", []string{"serve", "--seed", "x"}, 2, "", `invalid argument "x" for "--seed"`},
		{"surplus argument", []string{"version", "x"}, 2, "", "unknown command"},
		{"version", []string{"version"}, 0, "tweed ", ""},
		{"check a good one", []string{"check", "happy-path"}, 0, "happy-path: good (0 rules, 0 steps)", ""},
		{"check a bad one", []string{"check", bad}, 2, "", bad + `:3:19: `},
		{"the nearest word", []string{"check", bad}, 2, "", "ITEM_LOCKED"},
		{"check one that is not there", []string{"check", "no-such.yaml"}, 2, "", "no-such.yaml: no such file"},
		{"check warns", []string{"check", warned}, 0, "warning: " + warned + ":3:5: rule 2 can never act", ""},
		{"strict does not", []string{"check", "--strict", warned, "happy-path"}, 2, "happy-path: good", "1 of 2 files are warned of"},
		{"strict and good", []string{"check", "--strict", "happy-path"}, 0, "happy-path: good", ""},
		{"an assumption has a place", []string{"check", assume}, 2, "", assume + ":2:16: no assumption is called"},
		{"a given item has a place", []string{"check", given}, 2, "", given + ":1:31: the Sandbox has no institution"},
		{"a setting has a place", []string{"check", setting}, 2, "", setting + ":2:36: the flow has no setting \"amuont\""},
		{"run with it", []string{"run", setting}, 2, "", "nothing was run"},
		{"run a bad one", []string{"run", bad, red}, 2, "", "nothing was run"},
		{"run a red one", []string{"run", red}, 1, "status: wanted 400, got 200", ""},
		{"run counts", []string{"run", "happy-path", red}, 1, "1 passed, 1 failed", ""},
		{"flow", []string{"flow"}, 0, "end: completed", ""},
		{"flow with an error", []string{"flow", "--password", "error_ITEM_LOCKED"}, 1, "ITEM_LOCKED", "ended failed"},
		{"flow with a bad amount", []string{"flow", "--amount", "1.234"}, 2, "", "amount"},
		{"flow to another target", []string{"flow", "--target", "production"}, 2, "", `there is only "sandbox"`},
		{"one error", []string{"errors", "ITEM_LOCKED"}, 0, "ITEM_ERROR/ITEM_LOCKED", ""},
		{"an unknown error", []string{"errors", "ITEM_LOKED"}, 2, "", "did you mean ITEM_LOCKED?"},
		{"a return code", []string{"errors", "r01"}, 0, "R01 (nacha)", ""},
		{"what it answers", []string{"errors", "R01"}, 0, "debits (deposits)\n  window       2 banking days", ""},
		{"a change code", []string{"errors", "C06"}, 0, "corrects     account number, transaction code", ""},
		{"an unknown return code", []string{"errors", "R99"}, 2, "", `there is no Nacha code "R99"`},
		{"assumptions", []string{"routes", "--assumptions"}, 0, "token_field", ""},
		{"a scenario's text", []string{"scenarios", "happy-path"}, 0, "name: happy-path", ""},
		{"an unknown scenario", []string{"scenarios", "sad-path"}, 2, "", `no scenario that comes with Tweed is called "sad-path"`},
		{"the nearest scenario", []string{"scenarios", "login-reest"}, 2, "", `did you mean "login-reset"?`},
		{"the nearest of a folder", []string{"run", "itme/login-reset"}, 2, "", `did you mean "item/login-reset"?`},
		{"a scenario by its last part", []string{"check", "login-reset"}, 0, "login-reset: good", ""},
		{"an address that cannot be", []string{"healthcheck", "--addr", "nowhere"}, 2, "", "write host:port"},
		{"serve on an address that cannot be", []string{"serve", "--addr", "192.0.2.1:1"}, 3, "", "--addr 127.0.0.1:0"},
		{"serve with others neither refused nor passed", []string{"serve", "--proxy-others", "deny"}, 2, "", `it can be "refuse" or "pass"`},
		{"serve with TLS where no CA can be", []string{"serve", "--tls", "--ca-dir", bad}, 3, "", "not a directory"},
		{"a CA where none can be", []string{"ca", "print", "--ca-dir", bad}, 3, "", "the CA in " + bad},
		{"what a CA is for", []string{"ca"}, 0, "tweed ca bundle", ""},
		{"serve with a bad clock", []string{"serve", "--clock", "fast"}, 2, "", "manual, step 1s, real or 60x"},
		{"serve with a bad scenario", []string{"serve", "--scenario", bad}, 2, "", "ITEM_LOCKD"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := command(t, tc.args...)
			require.Equal(t, tc.code, code, "stdout: %s\nstderr: %s", stdout, stderr)
			require.Contains(t, stdout, tc.stdout)
			require.Contains(t, stderr, tc.stderr)
			require.NotContains(t, stderr, "goroutine", "no stack trace reaches a user")
		})
	}
}

// TestCheckAsJSON: a program reads the same places and texts.
func TestCheckAsJSON(t *testing.T) {
	t.Parallel()
	bad := file(t, "bad.yaml", "rules:\n  - {call: /auth/get, then: {error: ITEM_LOCKD}}\n")
	warned := file(t, "warned.yaml", "rules: [{call: /item/get, where: {user: nobody}, then: {delay: 1s}}]\n")
	code, stdout, _ := command(t, "check", "--json", "--strict", bad, warned, "no-such-file", "happy-path")
	require.Equal(t, exitUsage, code)
	var all []scenario.Checked
	require.NoError(t, json.Unmarshal([]byte(stdout), &all))
	require.Len(t, all, 4)
	require.False(t, all[0].Good)
	require.Equal(t, []any{bad, 2, 37, "rules[0].then.error", `unknown error code "ITEM_LOCKD"`, "did you mean ITEM_LOCKED?"}, []any{
		all[0].Problems[0].File, all[0].Problems[0].Line, all[0].Problems[0].Column, all[0].Problems[0].Path,
		all[0].Problems[0].What, all[0].Problems[0].Right,
	})
	require.False(t, all[1].Good, "strict")
	require.Len(t, all[1].Warnings, 1)
	require.Empty(t, all[1].Problems)
	require.Contains(t, all[2].Problems[0].What, "no-such-file")
	require.True(t, all[3].Good)
	require.Contains(t, stdout, `"warnings": []`)
	code, _, _ = command(t, "check", "--json", warned)
	require.Zero(t, code)
}

func TestListsAreComplete(t *testing.T) {
	t.Parallel()
	_, stdout, _ := command(t, "errors", "--json")
	var rows []emulator.ErrorRow
	require.NoError(t, json.Unmarshal([]byte(stdout), &rows))
	plaid := 0
	for _, row := range rows {
		require.NotEmpty(t, row.Source, row.Key)
		if row.Family == "plaid" {
			plaid++
		}
	}
	require.Equal(t, 187, plaid)

	_, stdout, _ = command(t, "routes", "--json")
	var routes []emulator.Route
	require.NoError(t, json.Unmarshal([]byte(stdout), &routes))
	depths := map[string]int{}
	for _, r := range routes {
		depths[r.Family+" "+r.Depth]++
	}
	require.Zero(t, depths["plaid none"], "all of Plaid answers")
	require.Positive(t, depths["plaid shaped"])
	require.Positive(t, depths["plaid stateful"])
	require.Positive(t, depths["sentinel stateful"])

	_, stdout, _ = command(t, "scenarios")
	require.Len(t, strings.Split(strings.TrimSpace(stdout), "\n"), len(scenarios.Names()))
}

func TestAFileWinsOverAnEmbeddedName(t *testing.T) {
	own := file(t, "happy-path.yaml", failing)
	code, stdout, _ := command(t, "run", own)
	require.Equal(t, exitFailed, code, stdout)
	t.Chdir(filepath.Dir(own))
	code, stdout, _ = command(t, "run", "happy-path.yaml")
	require.Equal(t, exitFailed, code, stdout)
	code, stdout, _ = command(t, "run", "withdrawal.yaml")
	require.Zero(t, code, stdout)
}

func TestFlowRepeatsAndSeedsDiffer(t *testing.T) {
	t.Parallel()
	_, first, _ := command(t, "flow", "--seed", "5")
	_, again, _ := command(t, "flow", "--seed", "5")
	_, other, _ := command(t, "flow", "--seed", "6")
	require.Equal(t, first, again)
	require.NotEqual(t, first, other)
}

func TestTranscriptFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "transcript")
	code, _, stderr := command(t, "run", "--transcript", path, "happy-path")
	require.Zero(t, code, stderr)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Contains(t, string(text), "POST /item/public_token/exchange")
	require.NotContains(t, string(text), "127.0.0.1:", "the port differs from run to run")
}

func TestFlagsComeFromTheEnvironment(t *testing.T) {
	t.Setenv("TWEED_SEED", "not a number")
	code, _, stderr := command(t, "flow")
	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, `TWEED_SEED="not a number"`)
}

// served is a running "tweed serve".
type served struct {
	url    string
	lines  *bufio.Scanner
	stop   context.CancelFunc
	exited chan int
}

func startServe(t *testing.T, args ...string) *served {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	read, write := io.Pipe()
	s := &served{lines: bufio.NewScanner(read), stop: cancel, exited: make(chan int, 1)}
	go func() {
		s.exited <- run(ctx, append([]string{"serve", "--addr", "127.0.0.1:0"}, args...), write, io.Discard)
		_ = write.Close()
	}()
	require.True(t, s.lines.Scan(), "the ready line")
	m := regexp.MustCompile(`^tweed: ready at (http://127\.0\.0\.1:\d+)$`).FindStringSubmatch(s.lines.Text())
	require.NotNil(t, m, s.lines.Text())
	s.url = m[1]
	t.Cleanup(cancel)
	return s
}

// end stops the server and returns its exit code and what it had still printed.
func (s *served) end() (int, string) {
	s.stop()
	var rest strings.Builder
	for s.lines.Scan() {
		rest.WriteString(s.lines.Text() + "\n")
	}
	return <-s.exited, rest.String()
}

func TestServeUntilStopped(t *testing.T) {
	t.Parallel()
	s := startServe(t, "--seed", "12", "--clock", "manual")
	code, stdout, stderr := command(t, "healthcheck", "--addr", strings.TrimPrefix(s.url, "http://"))
	require.Zero(t, code, stderr)
	require.Equal(t, "ok\n", stdout)
	code, rest := s.end()
	require.Zero(t, code)
	require.Contains(t, rest, "seed 12; repeat with --seed 12")
	require.Contains(t, rest, "TEST ONLY")
	require.True(t, strings.HasSuffix(rest, "tweed: stopped\n"))

	code, _, stderr = command(t, "healthcheck", "--addr", strings.TrimPrefix(s.url, "http://"))
	require.Equal(t, exitFailed, code)
	require.NotEmpty(t, stderr)
}

func TestServeTakesAFreshSeed(t *testing.T) {
	t.Parallel()
	one, other := startServe(t), startServe(t)
	_, first := one.end()
	_, second := other.end()
	require.Regexp(t, `seed \d+; repeat with --seed \d+`, first)
	require.NotEqual(t, first, second)
}

func TestFlowAgainstARunningServer(t *testing.T) {
	t.Parallel()
	s := startServe(t)
	for range 2 {
		code, stdout, stderr := command(t, "flow", "--url", s.url, "--world", "ci")
		require.Zero(t, code, stdout+stderr)
		require.Contains(t, stdout, "end: completed")
	}
	code, _, stderr := command(t, "flow", "--url", s.url+"/nowhere")
	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, "is that the address of a Tweed?")
}
