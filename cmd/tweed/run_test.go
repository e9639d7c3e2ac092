package main

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator/scenario"
)

// folder writes scenarios into a directory of its own: good ones, red ones, and what run
// leaves out.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"b.yaml": failing, "a.yaml": "name: a\n", "below/deep/c.yaml": "name: c\n", ".hidden/d.yaml": "what: is this\n",
		"below/notes.yml": "what: is this\n", "README.md": "no scenario\n",
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	return dir
}

// TestRunKeepsTheOrder: scenarios run beside each other, their lines come in the order of
// the arguments, a directory's files in that of their paths.
func TestRunKeepsTheOrder(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	below := func(name string) string { return filepath.Join(dir, name) }
	code, stdout, stderr := command(t, "run", "withdrawal", dir, "item/login-reset", below("below"))
	require.Equal(t, exitFailed, code)
	require.Empty(t, stderr)
	require.Equal(t, []string{
		"ok   withdrawal", "ok   " + below("a.yaml"), "FAIL " + below("b.yaml"),
		"     " + below("b.yaml") + ":4:74: step 1 (/item/get): status: wanted 400, got 200",
		"ok   " + below("below/deep/c.yaml"), "ok   item/login-reset", "ok   " + below("below/deep/c.yaml"),
		"5 passed, 1 failed", "",
	}, strings.Split(stdout, "\n"))
}

// TestRunRefuses: what cannot be run is said before anything runs.
func TestRunRefuses(t *testing.T) {
	t.Parallel()
	empty := t.TempDir()
	given := file(t, "given.yaml", "given: {items: [{products: [nonsense]}]}\n")
	missing := filepath.Join(empty, "missing", "file")
	for _, test := range []struct {
		args   []string
		stderr string
	}{
		{[]string{empty}, empty + ": there is no *.yaml, and no *.tweed.zip in this directory"},
		{[]string{given, "happy-path"}, given + ":1:17: the item cannot be linked"},
		{[]string{"--repeat", "0", "happy-path"}, "--repeat 0: the least is 1"},
		{[]string{"--junit", missing, "happy-path"}, missing},
		{[]string{"--transcript", missing, "happy-path"}, missing},
		{nil, "requires at least 1 arg"},
	} {
		code, stdout, stderr := command(t, append([]string{"run"}, test.args...)...)
		require.Equal(t, exitUsage, code, stderr)
		require.Contains(t, stderr, test.stderr)
		require.Empty(t, stdout)
	}
}

// TestRunWritesJUnit: a suite for each scenario, a test case for each step and expectation.
func TestRunWritesJUnit(t *testing.T) {
	t.Parallel()
	red := file(t, "red.yaml", failing+"  - {call: /item/get, with: {access_token: $alice.access_token}}\n"+
		"expect: {calls: [{call: /item/get, count: 2}, {call: /auth/get, count: 1}]}\n")
	junit := filepath.Join(t.TempDir(), "junit.xml")
	code, _, stderr := command(t, "run", "--junit", junit, "happy-path", red)
	require.Equal(t, exitFailed, code, stderr)
	text, err := os.ReadFile(junit)
	require.NoError(t, err)
	var parsed struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Suites   []struct {
			Name  string `xml:"name,attr"`
			Cases []struct {
				Name    string  `xml:"name,attr"`
				Failure *string `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	require.NoError(t, xml.Unmarshal(text, &parsed))
	var got []string
	for _, suite := range parsed.Suites {
		for _, c := range suite.Cases {
			line := suite.Name + ": " + c.Name
			if c.Failure != nil {
				line += ": " + *c.Failure
			}
			got = append(got, strings.ReplaceAll(line, red, "RED"))
		}
	}
	require.Equal(t, []string{
		"happy-path: flow", "happy-path: calls 1 (/link/token/create)", "happy-path: calls 2 (/processor/apex/processor_token/create)",
	}, got[:3])
	require.Equal(t, []string{
		"RED: step 1 (/item/get): RED:4:74: step 1 (/item/get): status: wanted 400, got 200", "RED: step 2 (/item/get)",
		"RED: calls 1 (/item/get)", "RED: calls 2 (/auth/get): RED:6:47: calls of /auth/get: wanted 1, got 0",
	}, got[len(got)-4:])
	require.Len(t, got, parsed.Tests)
	require.Equal(t, 2, parsed.Failures)
}

// TestRunJSON: problems have their place in parts.
func TestRunJSON(t *testing.T) {
	t.Parallel()
	red := file(t, "red.yaml", failing)
	code, stdout, _ := command(t, "run", "--json", "happy-path", red)
	require.Equal(t, exitFailed, code)
	var reports []struct {
		File, Name string
		Steps      int
		Problems   []scenario.Problem
	}
	require.NoError(t, json.Unmarshal([]byte(stdout), &reports))
	require.Len(t, reports, 2)
	require.Equal(t, "happy-path", reports[0].Name)
	require.Empty(t, reports[0].Problems)
	require.NotContains(t, stdout, "null")
	require.Equal(t, 1, reports[1].Steps)
	require.Equal(t, []scenario.Problem{{
		File: red, Line: 4, Column: 74, Path: "steps[0].expect", What: "step 1 (/item/get): status: wanted 400, got 200",
	}}, reports[1].Problems)
}

// TestRunRepeat: transcripts are the same, unless the scenario lives in real time; then the
// line where they part is named.
func TestRunRepeat(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := command(t, "run", "--repeat", "3", "happy-path", "login-reset")
	require.Zero(t, code, stdout+stderr)
	moving := file(t, "real.yaml", "clock: {run: real}\nsteps: [{call: /institutions/get_by_id, with: {institution_id: ins_109508, country_codes: [US]}}]\n")
	code, stdout, _ = command(t, "run", "--repeat", "2", moving)
	require.Equal(t, exitFailed, code)
	require.Regexp(t, `real.yaml:1:1: run 2 differs from run 1: line \d+ of the transcript is "[^\n]+", and was "[^\n]+"\n`, stdout)
}

// TestFirstDifference: the line counts from 1, and a transcript that goes on differs, too.
func TestFirstDifference(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ first, again, wanted string }{
		{"a\nb\n", "a\nb\n", ""},
		{"a\nb\n", "a\nc\n", `line 2 of the transcript is "c", and was "b"`},
		{"a\nb", "a", `line 2 of the transcript is the end, and was "b"`},
		{"", "a", `line 1 of the transcript is "a", and was ""`},
	} {
		require.Equal(t, test.wanted, firstDifference([]byte(test.first), []byte(test.again)))
	}
}

// TestRunUnderGitHubActions: annotations go to stderr, so that --json stays JSON.
func TestRunUnderGitHubActions(t *testing.T) {
	red := file(t, "red.yaml", failing)
	summary := filepath.Join(t.TempDir(), "summary.md")
	t.Setenv("GITHUB_ACTIONS", "true")
	t.Setenv("GITHUB_WORKSPACE", filepath.Dir(red))
	t.Setenv("GITHUB_STEP_SUMMARY", summary)
	code, stdout, stderr := command(t, "run", "--json", "happy-path", red)
	require.Equal(t, exitFailed, code)
	require.True(t, json.Valid([]byte(stdout)))
	require.Equal(t, fmt.Sprintf("::error title=tweed%%3A %[1]s,file=red.yaml,line=4,col=74::%[1]s:4:74: "+
		"step 1 (/item/get): status: wanted 400, got 200\n", red), stderr)
	text, err := os.ReadFile(summary)
	require.NoError(t, err)
	require.Contains(t, string(text), "| ok | happy-path | ")
	require.Contains(t, string(text), "| FAIL | ")
}
