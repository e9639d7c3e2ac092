package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
)

// savedCase does what a QA engineer does against a server, through the real program, and
// returns the path of the case.
func savedCase(t *testing.T) string {
	t.Helper()
	s := startServe(t, "--seed", "21")
	in := func(args ...string) string {
		code, stdout, stderr := finish(t, program(t, append(args, "--url", s.url, "--world", "qa")...))
		require.Zero(t, code, stdout+stderr)
		return stdout
	}
	in("flow")
	resp, err := http.Post(s.url+"/_tweed/worlds/qa/clock", "application/json", strings.NewReader(`{"advance": "2 banking days"}`))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	in("rule", "add", "--call", "/accounts/get", "--error", "ITEM_LOCKED")
	body := `{"client_id": "c@qa", "secret": "my-hidden-secret", "access_token": "access-sandbox-x"}`
	resp, err = http.Post(s.url+"/accounts/get", "application/json", strings.NewReader(body))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	path := filepath.Join(t.TempDir(), "lost-deposit.tweed.zip")
	require.Equal(t, "saved "+path+"; to see it again: tweed run "+path+"\n", in("case", "save", path))
	first, err := os.ReadFile(path)
	require.NoError(t, err)
	in("case", "save", strings.TrimSuffix(path, caseEnding), "--force")
	again, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, first, again)
	return path
}

// changed writes a copy of a case in which a text of a member is another one, and returns its
// path.
func changed(t *testing.T, path, member, old, text string) string {
	t.Helper()
	archive, err := zip.OpenReader(path)
	require.NoError(t, err)
	defer archive.Close() //nolint:errcheck // it was read
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range archive.File {
		r, err := f.Open()
		require.NoError(t, err)
		body, err := io.ReadAll(r)
		require.NoError(t, err)
		require.NotContains(t, string(body), "my-hidden-secret", f.Name)
		if f.Name == member {
			require.Contains(t, string(body), old)
			body = bytes.Replace(body, []byte(old), []byte(text), 1)
		}
		part, err := w.Create(f.Name)
		require.NoError(t, err)
		_, err = part.Write(body)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return file(t, "changed.tweed.zip", b.String())
}

// TestCase: what was saved is the same when it is run; what was changed in it is told.
func TestCase(t *testing.T) {
	t.Parallel()
	path := savedCase(t)
	code, stdout, stderr := finish(t, program(t, "run", path, "--repeat", "2"))
	require.Zero(t, code, stdout+stderr)
	require.Regexp(t, `^ok   `+path+`: same \(\d+ calls\)\n1 passed, 0 failed\n$`, stdout)

	reply := changed(t, path, "calls.jsonl", "the account is locked", "the account is looked")
	code, stdout, _ = finish(t, program(t, "run", reply))
	require.Equal(t, exitFailed, code)
	require.Regexp(t, `^FAIL `+reply+`: differs at call \d+: POST /accounts/get\n     `+reply+
		`: call \d+: reply: /error_message: wanted "the account is looked\.[^\n]*", got "the account is locked\.[^\n]*"\n0 passed, 1 failed\n$`,
		stdout)

	seed := changed(t, path, "case.json", `"seed": 21`, `"seed": 22`)
	code, stdout, _ = command(t, "run", seed)
	require.Equal(t, exitFailed, code)
	require.Contains(t, stdout, "differs at call 1: POST /link/token/create\n")
	code, stdout, _ = command(t, "run", path, "--seed", "22")
	require.Equal(t, exitFailed, code)
	require.Contains(t, stdout, "differs at call 1")
}

// TestCaseBesideScenarios: in directories, in JUnit and in JSON.
func TestCaseBesideScenarios(t *testing.T) {
	t.Parallel()
	path := savedCase(t)
	dir := filepath.Dir(path)
	red := changed(t, path, "calls.jsonl", `"status":400`, `"status":200`)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.yaml"), []byte("name: a\n"), 0o600))
	junit := filepath.Join(t.TempDir(), "junit.xml")
	code, stdout, stderr := command(t, "run", dir, red, "--json", "--junit", junit)
	require.Equal(t, exitFailed, code, stderr)
	var reports []struct {
		File, Name, Verdict string
		Steps               int
		Problems            []struct{ File, What string }
	}
	require.NoError(t, json.Unmarshal([]byte(stdout), &reports))
	require.Len(t, reports, 3)
	require.Empty(t, reports[0].Verdict)
	require.Equal(t, []string{path, "lost-deposit"}, []string{reports[1].File, reports[1].Name})
	require.Regexp(t, `^same \(\d+ calls\)$`, reports[1].Verdict)
	require.Positive(t, reports[1].Steps)
	require.Contains(t, reports[2].Problems[0].What, "status: wanted 200, got 400 (ITEM_LOCKED)")
	text, err := os.ReadFile(junit)
	require.NoError(t, err)
	var suites struct {
		Failures int `xml:"failures,attr"`
	}
	require.NoError(t, xml.Unmarshal(text, &suites))
	require.Equal(t, 1, suites.Failures)
	require.Contains(t, string(text), `<testcase name="call 1 (POST /link/token/create)" classname="`+path)
}

// TestCaseRefused: what is wrong with a case, or with the place for one.
func TestCaseRefused(t *testing.T) {
	t.Parallel()
	path := savedCase(t)
	other := changed(t, path, "case.json", `"tweed": "`+emulator.Version+`"`, `"tweed": "0.0.9"`)
	form := changed(t, other, "case.json", `"tweed_case": 1`, `"tweed_case": 2`)
	for _, test := range []struct {
		args   []string
		stderr string
	}{
		{[]string{"run", other}, other + ": it was made by Tweed 0.0.9, and this is " + emulator.Version +
			": run it with Tweed 0.0.9, or save it anew with this one (tweed case save); --any-version tries all the same\n"},
		{[]string{"run", "--any-version", form}, form + ": case.json: the case has form 2; this version of Tweed reads form 1\n" +
			form + ": it was made by Tweed 0.0.9"},
		{[]string{"run", file(t, "x.tweed.zip", "no zip")}, "it is no case: zip: not a valid zip file"},
		{[]string{"run", "no-such.tweed.zip"}, "no-such.tweed.zip: no such file"},
		{[]string{"case", "save", path}, path + " is there already; take another name, or --force"},
		{[]string{"case", "save", ".."}, `".." is no name of a case`},
		{[]string{"case", "save"}, "accepts 1 arg(s)"},
	} {
		code, stdout, stderr := command(t, test.args...)
		require.Equal(t, exitUsage, code, stderr)
		require.Contains(t, stderr, test.stderr)
		require.Empty(t, stdout)
	}
	code, stdout, stderr := command(t, "run", "--any-version", other)
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, ": same (")

	s := startServe(t)
	target := filepath.Join(t.TempDir(), "none")
	code, _, stderr = command(t, "case", "save", target, "--url", s.url, "--world", "empty")
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, "there is no case of world empty: no calls came to it since it began")
	require.NoFileExists(t, target+caseEnding)
	code, stdout, _ = command(t, "help", "case")
	require.Zero(t, code)
	require.Contains(t, stdout, "tweed run lost-deposit.tweed.zip")
}
