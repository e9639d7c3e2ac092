package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// finish runs a program to its end.
func finish(t *testing.T, cmd *exec.Cmd) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		var exit *exec.ExitError
		require.ErrorAs(t, err, &exit)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// TestExecGoApp: a stranger's test suite, green, and red in three ways that nobody can mix up.
func TestExecGoApp(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, fault  string
		code         int
		stdout, last string
		stderr       []string
	}{
		{"green", "", 0, "ok  \tfundingapp", "tweed: good: the command passed, 16 calls came, 3 of 3 expectations are met", nil},
		{
			"a bug of the app", "field", 1, "--- FAIL: TestDeposit",
			"tweed: the command failed with exit code 1; 13 calls came, 2 of 3 expectations are met", nil,
		},
		{
			"an expectation", "twice", 97, "ok  \tfundingapp",
			"tweed: the command passed, 17 calls came, 2 of 3 expectations are met: exit code 97",
			[]string{"tweed: ../funding.yaml:11:7: calls of /sentinel/api/v1/transfers/achs/incoming with status 200: wanted 1, got 2"},
		},
		{
			"no call", "offline", 96, "ok  \tfundingapp", "tweed: the command passed without a call: exit code 96",
			[]string{
				"PLAID_BASE_URL and SENTINEL_BASE_URL have the address",
				`  go        cfg.UseEnvironment(plaid.Environment(os.Getenv("PLAID_BASE_URL")))`,
				"  node      new Configuration({basePath: process.env.PLAID_BASE_URL, ...})",
				`  python    plaid.Configuration(host=os.environ["PLAID_BASE_URL"], ...)`,
				`  java      apiClient.setPlaidAdapter(System.getenv("PLAID_BASE_URL"))`,
				"  sentinel  $SENTINEL_BASE_URL in place of https://uat-api.apexclearing.com",
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cmd := program(t, "exec", "--scenario", "../funding.yaml", "--", "go", "test", "-count=1", "./...")
			cmd.Dir = filepath.Join("testdata", "exec", "go-app")
			cmd.Env = append(cmd.Env, "APP_FAULT="+test.fault, "GOWORK=off", "GOFLAGS=")
			code, stdout, stderr := finish(t, cmd)
			require.Equal(t, test.code, code, stdout+stderr)
			require.Contains(t, stdout, test.stdout)
			lines := strings.Split(strings.TrimSpace(stderr), "\n")
			require.Regexp(t, `^tweed: ready at http://127\.0\.0\.1:\d+$`, lines[0])
			require.Equal(t, test.last, lines[len(lines)-1])
			for _, wanted := range test.stderr {
				require.Contains(t, stderr, wanted)
			}
		})
	}
}

// TestExecSignals: SIGINT and SIGTERM go on to the command, and exec waits for it.
func TestExecSignals(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	require.NoError(t, err)
	for _, test := range []struct {
		name, role string
		signal     os.Signal
		code       int
		stdout     string
		last       string
	}{
		{"SIGINT", "handles", os.Interrupt, 7, "got interrupt\n", "the command failed with exit code 7; 0 calls came"},
		{"SIGTERM", "handles", syscall.SIGTERM, 7, "got terminated\n", "the command failed with exit code 7; 0 calls came"},
		{"SIGTERM unhandled", "dies", syscall.SIGTERM, 143, "", "the command was ended by the signal terminated; 0 calls came"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cmd := program(t, "exec", "--", self)
			cmd.Env = append(cmd.Env, childRole+"="+test.role)
			var errs bytes.Buffer
			cmd.Stderr = &errs
			out, err := cmd.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, cmd.Start())
			lines := bufio.NewReader(out)
			first, err := lines.ReadString('\n')
			require.NoError(t, err)
			require.Equal(t, "up\n", first)
			require.NoError(t, cmd.Process.Signal(test.signal))
			rest, err := io.ReadAll(lines)
			require.NoError(t, err)
			require.Equal(t, test.stdout, string(rest))
			require.Error(t, cmd.Wait())
			require.Equal(t, test.code, cmd.ProcessState.ExitCode(), errs.String())
			require.True(t, strings.HasSuffix(errs.String(), "tweed: "+test.last+"\n"), errs.String())
		})
	}
}

// TestExecEnvironment: the command gets addresses and credentials, and not the flags of this
// Tweed; what is nobody's flag stays.
func TestExecEnvironment(t *testing.T) {
	t.Parallel()
	pinned := file(t, "pinned.yaml", "credentials: [{client_id: mine, secret: s3cret, username: apex, entity: correspondent.X, shared_secret: sh}]\n")
	cmd := program(t, "exec", "--scenario", pinned, "--", "env")
	cmd.Env = append(cmd.Env, "TWEED_SEED=9", "TWEED_CONTROL_TOKEN=t", "TWEED_MAX_WORLDS=1", "TWEED_MINE=stays",
		"PLAID_SECRET=of-the-real-sandbox", "PLAID_BASE_URL=https://sandbox.plaid.com")
	code, stdout, stderr := finish(t, cmd)
	require.Equal(t, exitNoCalls, code, stderr)
	address := strings.TrimPrefix(strings.Split(stderr, "\n")[0], "tweed: ready at ")
	got := map[string]string{}
	for line := range strings.Lines(stdout) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		require.NotContains(t, got, name, "twice")
		if strings.HasPrefix(name, "TWEED_") || strings.HasPrefix(name, "PLAID_") || strings.HasPrefix(name, "SENTINEL_") ||
			strings.HasPrefix(name, "APEX_") {
			got[name] = value
		}
	}
	require.Equal(t, map[string]string{
		"PLAID_BASE_URL": address, "PLAID_API_URI": address, "SENTINEL_BASE_URL": address, "TWEED_URL": address,
		"PLAID_CLIENT_ID": "mine", "PLAID_SECRET": "s3cret", "APEX_USERNAME": "apex", "APEX_ENTITY": "correspondent.X",
		"APEX_SHARED_SECRET": "sh", "APEX_ACCOUNT": "3TW05057", "TWEED_MINE": "stays",
	}, got)
}

// TestExecNested: a Tweed that the command starts uses the emulator of exec, and standard
// input reaches the command.
func TestExecNested(t *testing.T) {
	t.Parallel()
	tweed := program(t).Path
	cmd := program(t, "exec", "--scenario", "happy-path", "--", "sh", "-c", `cat && "$1" rule list && "$1" flow`, "sh", tweed)
	cmd.Env = append(cmd.Env, "TWEED_URL=http://127.0.0.1:1")
	cmd.Stdin = strings.NewReader("from stdin\n")
	code, stdout, stderr := finish(t, cmd)
	require.Zero(t, code, stdout+stderr)
	require.True(t, strings.HasPrefix(stdout, "from stdin\nlink_token "), stdout)
	require.Contains(t, stdout, "end: completed")
	require.Contains(t, stderr, "4 of 4 expectations are met")
}

// TestExecResults: the result as JSON, as JUnit XML and for GitHub Actions.
func TestExecResults(t *testing.T) {
	s := file(t, "s.yaml", "expect:\n  calls:\n    - {call: /item/get, count: 1}\n    - {call: /auth/get, count: 0}\n")
	junit := filepath.Join(t.TempDir(), "junit.xml")
	summary := filepath.Join(t.TempDir(), "summary.md")
	t.Setenv("GITHUB_ACTIONS", "true")
	t.Setenv("GITHUB_WORKSPACE", filepath.Dir(s))
	t.Setenv("GITHUB_STEP_SUMMARY", summary)
	tweed := program(t).Path
	code, stdout, stderr := command(t, "exec", "--json", "--junit", junit, "--scenario", s, "--", tweed, "flow")
	require.Equal(t, exitUnexpected, code, stderr)
	require.Contains(t, stderr, "end: completed", "the command's stdout goes to stderr")
	require.Contains(t, stderr, "\n::error title=tweed%3A "+s+",file=s.yaml,line=3,col=7::"+s+":3:7: calls of /item/get: wanted 1, got 0\n")

	var result execution
	require.NoError(t, json.Unmarshal([]byte(stdout), &result))
	require.Equal(t, []int{exitUnexpected, 0}, []int{result.Code, result.Ended})
	require.Equal(t, []string{tweed, "flow"}, result.Command)
	require.Equal(t, s+":3:7: calls of /item/get: wanted 1, got 0", result.Problems.Error())
	require.Equal(t, uint64(15), result.Calls)

	text, err := os.ReadFile(junit)
	require.NoError(t, err)
	var parsed struct {
		Suites []struct {
			Name     string `xml:"name,attr"`
			Failures int    `xml:"failures,attr"`
			Cases    []struct {
				Name string `xml:"name,attr"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	require.NoError(t, xml.Unmarshal(text, &parsed))
	require.Len(t, parsed.Suites, 1)
	require.Equal(t, s, parsed.Suites[0].Name)
	require.Equal(t, 1, parsed.Suites[0].Failures)
	var names []string
	for _, c := range parsed.Suites[0].Cases {
		names = append(names, c.Name)
	}
	require.Equal(t, []string{tweed + " flow", "calls of the vendors' APIs", "calls 1 (/item/get)", "calls 2 (/auth/get)"}, names)
	text, err = os.ReadFile(summary)
	require.NoError(t, err)
	require.Contains(t, string(text), "| FAIL | ")
}

// TestExecEnds: how the command ends decides first.
func TestExecEnds(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	require.NoError(t, err)
	play := func(role string) string { return childRole + "='" + role + "' '" + self + "'" }
	call := play("POST $PLAID_BASE_URL/item/get")
	never := file(t, "never.yaml", "expect: {calls: [{call: /item/get, count: 0}]}\n")
	bad := file(t, "bad.yaml", "expect: {cals: []}\n")
	left := filepath.Join(t.TempDir(), "junit.xml")
	for _, test := range []struct {
		name   string
		args   []string
		code   int
		stderr string
	}{
		{"its own code", []string{"--", "sh", "-c", call + "; exit 42"}, 42, "failed with exit code 42; 1 call came\n"},
		{"its own code without a call", []string{"--", "sh", "-c", "exit 42"}, 42, "tweed: no call came to http://127.0.0.1:"},
		{"its own code before an expectation", []string{"--scenario", never, "--", "sh", "-c", call + "; exit 5"}, 5, "wanted none, got 1"},
		{"a signal", []string{"--", "sh", "-c", "kill -KILL $$"}, 137, "was ended by the signal killed"},
		{"an expectation", []string{"--scenario", never, "--", "sh", "-c", call}, 97, never + ":1:18: calls of /item/get"},
		{"good", []string{"--", "sh", "-c", call}, 0, "good: the command passed, 1 call came\n"},
		{"calls before a reset came, too", []string{"--", "sh", "-c", call + "; " + play("POST $TWEED_URL/_tweed/reset")}, 0, "1 call came"},
		{"calls of Tweed's own API do not count", []string{"--", "sh", "-c", play("GET $TWEED_URL/_tweed/worlds")}, 96, "no call came"},
		{"flags behind the command are its own", []string{"sh", "-c", "exit $1", "--seed", "4"}, 4, "exit code 4"},
		{"no such program", []string{"--junit", left, "--", "no-such-program"}, 3, `cannot be started: exec: "no-such-program": executable file not found`},
		{"no such path", []string{"--", "./no/program"}, 3, "./no/program"},
		{"no command", nil, 2, "write it behind --, for example: tweed exec -- npm test"},
		{"a bad scenario", []string{"--scenario", bad, "--", "true"}, 2, bad + ":1:10: "},
		{"a bad clock", []string{"--clock", "fast", "--", "true"}, 2, "manual, step 1s, real or 60x"},
		{"a file that cannot be", []string{"--junit", left + "/x/y", "--", "true"}, 2, left},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			code, _, stderr := command(t, append([]string{"exec"}, test.args...)...)
			require.Equal(t, test.code, code, stderr)
			require.Contains(t, stderr, test.stderr)
		})
	}
	t.Cleanup(func() { require.NoFileExists(t, left, "an empty file is no JUnit XML") })
}

// TestExecSeedAndClock: seed 1 and a stopped clock, unless somebody says otherwise.
func TestExecSeedAndClock(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	require.NoError(t, err)
	s := file(t, "s.yaml", "seed: 5\nclock: {run: 60x}\n")
	for _, test := range []struct {
		args      []string
		seed, run string
	}{
		{nil, `"seed": 1,`, `"run": "manual"`},
		{[]string{"--scenario", s}, `"seed": 5,`, `"run": "60x"`},
		{[]string{"--scenario", s, "--seed", "6", "--clock", "step 1s"}, `"seed": 6,`, `"run": "step 1s"`},
	} {
		args := append([]string{"exec"}, test.args...)
		_, stdout, stderr := command(t, append(args, "--", "env", childRole+"=GET $TWEED_URL/_tweed/worlds/default", self)...)
		require.Contains(t, stdout, test.seed, stderr)
		require.Contains(t, stdout, test.run)
	}
}
