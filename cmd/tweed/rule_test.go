package main

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// answer asks for an institution and returns the error_code, and the rule that made it.
func answer(t *testing.T, s *served, world string) (code, rule string) {
	t.Helper()
	body := `{"client_id": "c@` + world + `", "secret": "s", "institution_id": "ins_109508", "country_codes": ["US"]}`
	resp, err := http.Post(s.url+"/institutions/get_by_id", "application/json", strings.NewReader(body))
	require.NoError(t, err)
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	var reply struct {
		Code string `json:"error_code"`
	}
	require.NoError(t, json.Unmarshal(text, &reply), "%s", text)
	return reply.Code, resp.Header.Get("Tweed-Rule")
}

// TestRule: rules come from flags, files and stdin, act, are listed and go.
func TestRule(t *testing.T) {
	t.Parallel()
	s := startServe(t)
	rule := func(args ...string) string {
		code, stdout, stderr := command(t, append([]string{"rule"}, append(args, "--url", s.url, "--world", "w")...)...)
		require.Zero(t, code, stderr)
		return stdout
	}
	require.Empty(t, rule("list"))
	require.Equal(t, "[]\n", rule("list", "--json"))
	require.Equal(t, "added added rule 1\n", rule("add", "--call", "/link/token/create", "--error", "INVALID_API_KEYS", "--times", "1"))
	require.Equal(t, "added a/b c\n", rule("add", file(t, "r.yaml", "name: a/b c\ncall: \"*\"\nthen: {error: ITEM_LOCKED}\n")))
	rule("add", "--ach", "deposit", "--where", "amount_cents={min: 100000}", "--where", "direction=incoming", "--return", "R01",
		"--after", "2 banking days", "--name", "bounce: \"x\"")
	rule("add", "--call", "GET /sentinel/*, /item/get", "--then", "{patch: {set: {/a: 1}}}", "--skip", "1", "--every", "2", "--chance", "0.5")
	rule("add", "--webhook", "ITEM.ERROR, ITEM.LOGIN_REPAIRED", "--drop", "--times", "1", "--where", "item_alias=alice")
	require.Equal(t, []string{
		`{"name":"added rule 1","call":"/link/token/create","times":1,"then":{"error":"INVALID_API_KEYS"}}`,
		`{"name":"a/b c","call":"*","then":{"error":"ITEM_LOCKED"}}`,
		`{"name":"bounce: \"x\"","ach":"deposit","where":{"amount_cents":{"min":100000},"direction":"incoming"},` +
			`"then":{"return":"R01","after":"2 banking days"}}`,
		`{"name":"added rule 4","call":["GET /sentinel/*","/item/get"],"skip":1,"every":2,"chance":0.5,"then":{"patch":{"set":{"/a":1}}}}`,
		`{"name":"added rule 5","webhook":["ITEM.ERROR","ITEM.LOGIN_REPAIRED"],"where":{"item_alias":"alice"},"times":1,"then":{"drop":true}}`, "",
	}, strings.Split(rule("list"), "\n"))
	code, by := answer(t, s, "w")
	require.Equal(t, []string{"ITEM_LOCKED", "a/b c"}, []string{code, by})
	_, by = answer(t, s, "other")
	require.Empty(t, by)
	require.Equal(t, "removed a/b c\n", rule("remove", "a/b c"))
	_, by = answer(t, s, "w")
	require.Empty(t, by)
}

// TestRuleFromStdin: "-" is what comes in.
func TestRuleFromStdin(t *testing.T) {
	t.Parallel()
	s := startServe(t)
	cmd := program(t, "rule", "add", "-")
	cmd.Env = append(cmd.Env, "TWEED_URL="+s.url)
	cmd.Stdin = strings.NewReader(`{"name": "j", "call": "/institutions/get_by_id", "then": {"error": "INSTITUTION_DOWN"}}`)
	code, stdout, stderr := finish(t, cmd)
	require.Zero(t, code, stderr)
	require.Equal(t, "added j\n", stdout)
	got, by := answer(t, s, "default")
	require.Equal(t, []string{"INSTITUTION_DOWN", "j"}, []string{got, by})
}

// TestRuleRefused: what is wrong, where, and what would be right.
func TestRuleRefused(t *testing.T) {
	t.Parallel()
	s := startServe(t, "--control-token", "s3cret")
	bad := file(t, "bad.yaml", "call: /item/get\nthen: {error: ITEM_LOKED}\ntmes: 1\n")
	good := file(t, "good.yaml", "name: g\ncall: /item/get\nthen: {error: ITEM_LOCKED}\n")
	plain := startServe(t)
	for _, test := range []struct {
		name   string
		args   []string
		code   int
		stderr string
	}{
		{"a file", []string{"add", bad}, 2, bad + `:2:15: unknown error code "ITEM_LOKED"; did you mean ITEM_LOCKED?` + "\n" + bad + `:3:1: unknown key "tmes"`},
		{"flags", []string{"add", "--call", "/item/get", "--error", "ITEM_LOKED"}, 2, `then.error: unknown error code "ITEM_LOKED"; did you mean ITEM_LOCKED?`},
		{"flags that say nothing", []string{"add", "--call", "/item/get"}, 2, "then"},
		{"flags and a file", []string{"add", good, "--call", "/item/get"}, 2, "use one of both"},
		{"nothing", []string{"add"}, 2, "there is no rule"},
		{"no such file", []string{"add", "no-such.yaml"}, 2, "no-such.yaml: no such file"},
		{"no such rule", []string{"remove", "nix"}, 1, `"nix"`},
		{"a token that is wrong", []string{"list", "--control-token", "x"}, 1, "TWEED_CONTROL_TOKEN"},
		{"a server that is none", []string{"list", "--url", "http://127.0.0.1:1"}, 1, "is a Tweed running there? --url or TWEED_URL says where"},
		{"a server that is another", []string{"list", "--url", plain.url + "/nowhere"}, 1, "is that the address of a Tweed?"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"rule"}, test.args...)
			for _, flag := range [][]string{{"--url", s.url}, {"--control-token", "s3cret"}} {
				if !strings.Contains(strings.Join(args, " "), flag[0]) {
					args = append(args, flag...)
				}
			}
			code, stdout, stderr := command(t, args...)
			require.Equal(t, test.code, code, stderr)
			require.Contains(t, stderr, test.stderr)
			require.Empty(t, stdout)
		})
	}
	code, _, stderr := command(t, "rule", "add", good, "--url", s.url, "--control-token", "s3cret")
	require.Zero(t, code, stderr)
	code, _, stderr = command(t, "rule", "add", good, "--url", s.url, "--control-token", "s3cret")
	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, `a second rule is called "g"`)
}
