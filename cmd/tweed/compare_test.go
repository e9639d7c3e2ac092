package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/cmd/tweed/runner"
	"tweed/emulator"
)

// second starts another Tweed with another seed. Its clock starts where an own emulator's does.
func second(t *testing.T) string {
	t.Helper()
	emu, err := emulator.New(emulator.Options{Seed: 4711})
	require.NoError(t, err)
	require.NoError(t, emu.Start())
	t.Cleanup(func() { require.NoError(t, emu.Close()) })
	return emu.URL()
}

// crooked stands in front of a server and changes its answers at a path: the status, or pieces of the body.
func crooked(t *testing.T, address, path string, status int, pattern, changed string) string {
	t.Helper()
	target, err := url.Parse(address)
	require.NoError(t, err)
	pieces := regexp.MustCompile(pattern)
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ModifyResponse = func(resp *http.Response) error {
		if resp.Request.URL.Path != path {
			return nil
		}
		resp.StatusCode = cmp.Or(status, resp.StatusCode)
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			return err
		}
		if pattern != "" {
			body = pieces.ReplaceAll(body, []byte(changed))
		}
		resp.Body = io.NopCloser(bytes.NewReader(body))
		resp.Header.Set("Content-Length", strconv.Itoa(len(body)))
		return nil
	}
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	return server.URL
}

const compared = `
given: {items: [{as: alice}]}
steps:
  - {call: /item/get, with: {access_token: $alice.access_token}}
  - {call: /accounts/get, with: {access_token: $alice.access_token}, as: got}
  - {advance: 2 banking days}
  - {call: /item/get, with: {access_token: wrong}}
  - {call: "GET /sentinel/api/v1/amount_available/3TW05057"}
`

// TestCompareSeeds: two Tweeds of different seeds are the same, whatever the scenario changes in them.
func TestCompareSeeds(t *testing.T) {
	t.Parallel()
	there := second(t)
	code, stdout, stderr := command(t, "run", "--seed", "3", "--compare", there, file(t, "compared.yaml", compared),
		filepath.Join("..", "..", "scenarios"))
	// What these two show follows from the seed: the order of a shuffled list, a mask that nobody chose.
	bySeed := []string{"DIFF ../../scenarios/honest.yaml", "DIFF ../../scenarios/item/no-auth-accounts.yaml"}
	require.Equal(t, bySeed, regexp.MustCompile(`DIFF .*`).FindAllString(stdout, -1), stdout)
	require.Equal(t, exitFailed, code, stderr)
	require.Contains(t, stdout, " the same, 2 different (tweed | "+there+")")
	code, stdout, _ = command(t, "flow", "--seed", "3", "--compare", there+"/")
	require.Equal(t, 0, code, stdout)
	require.Contains(t, stdout, "the two runs are the same but for ids, tokens and dates")

	var left struct{ Worlds []string }
	require.NoError(t, (&control{url: there}).call(t.Context(), http.MethodGet, "worlds", nil, &left))
	require.NotContains(t, strings.Join(left.Worlds, " "), "compare-", "its world is removed")
}

// TestCompareFinds: each kind of difference is found, and is the only one.
func TestCompareFinds(t *testing.T) {
	t.Parallel()
	there := second(t)
	given := file(t, "compared.yaml", compared)
	const accounts, item = "/accounts/get", "/item/get"
	for _, test := range []struct {
		name, path       string
		status           int
		pattern, changed string
		want             string
	}{
		{"status", accounts, 201, "", "", "step 2 (/accounts/get): status: 200 | 201"},
		{
			"code", item, 0, "INVALID_ACCESS_TOKEN", "INVALID_TOKEN",
			`step 4 (/item/get): body.error_code: "INVALID_ACCESS_TOKEN" | "INVALID_TOKEN"`,
		},
		{
			"field", accounts, 0, `"mask": ?"0000",`, "",
			`step 2 (/accounts/get): body.accounts[0].mask: "0000" | (nothing)`,
		},
		{
			"type", accounts, 0, `("mask": ?)"0000"`, `${1}0`,
			`step 2 (/accounts/get): body.accounts[0].mask: type: string "0000" | number 0`,
		},
		{
			"value", accounts, 0, `("mask": ?)"0000"`, `${1}"0001"`,
			`step 2 (/accounts/get): body.accounts[0].mask: "0000" | "0001"`,
		},
		{
			"order of fields", accounts, 0, `("mask": ?"0000"),(\s*)("name": ?"[^"]*")`, `$3,$2$1`,
			"step 2 (/accounts/get): body.accounts[0]: order of fields: account_id, balances, holder_category, mask, name, " +
				"official_name, subtype, type | account_id, balances, holder_category, name, mask, official_name, subtype, type",
		},
		{
			"order of members", item, 0, `("available_products": ?\[\s*)("\w+")(,\s*)("\w+")`, `$1$4$3$2`,
			`step 1 (/item/get): body.item.available_products: order of members: the first other one is [0]: ` +
				`"assets" | "balance"`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := command(t, "run", "--compare",
				crooked(t, there, test.path, test.status, test.pattern, test.changed), given)
			require.Equal(t, exitFailed, code, stderr)
			lines := strings.Split(stdout, "\n")
			require.Equal(t, "DIFF "+given, lines[0])
			require.Equal(t, "     "+test.want, lines[1])
			require.Contains(t, lines[2], "0 the same, 1 different")
		})
	}
}

// TestCompareFlowFinds: the flow finds a difference, too, and names the step.
func TestCompareFlowFinds(t *testing.T) {
	t.Parallel()
	there := crooked(t, second(t), "/accounts/get", 0, `"Plaid Saving"`, `"Saving"`)
	code, stdout, stderr := command(t, "flow", "--compare", there)
	require.Equal(t, exitFailed, code, stderr)
	require.Contains(t, stdout, "tweed | "+there+"\naccounts: reply.accounts[1].name: \"Plaid Saving\" | \"Saving\"\n")
	require.Contains(t, stderr, "the two runs differ")
}

// foreign is a second Tweed of which a proxy hides that it is one. The credentials of another server come from the
// environment.
func foreign(t *testing.T) string {
	t.Helper()
	target, err := url.Parse(second(t))
	require.NoError(t, err)
	proxy := httputil.NewSingleHostReverseProxy(target)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/_tweed/") {
			http.NotFound(w, r)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// TestCompareForeign: another server makes calls alone, with credentials from the environment; its clock is nobody's to
// move, and what would change it is refused.
func TestCompareForeign(t *testing.T) {
	for name, value := range map[string]string{
		"PLAID_CLIENT_ID": "id", "PLAID_SECRET": "secret", "PLAID_ENV": "", "PLAID_BASE_URL": "", "APEX_USERNAME": "",
		"APEX_ENTITY": "", "APEX_SHARED_SECRET": "", "APEX_ACCOUNT": "",
	} {
		t.Setenv(name, value)
	}
	there := foreign(t)
	calls := file(t, "calls.yaml", `
steps:
  - {call: /sandbox/public_token/create, with: {institution_id: ins_109508, initial_products: [auth]}, as: made}
  - {call: /item/public_token/exchange, with: {public_token: $made.public_token}, as: got}
  - {advance: 1h}
  - {call: /auth/get, with: {access_token: $got.access_token}}
  - {call: "GET /sentinel/api/v1/transfers?account=3TW05057"}
  - {flow: processor_token}
  - {flow: deposit}
`)
	code, stdout, stderr := command(t, "run", "--compare", there, calls)
	require.Equal(t, 0, code, stdout+stderr)
	require.Equal(t, "same "+calls+`
     note: step 3 (advance 1h) is left out: nobody can move the clock of `+there+`
     note: step 5 (GET /sentinel/api/v1/transfers?account=3TW05057) is left out: `+there+` has no Sentinel
     note: step 7 (flow deposit) is left out: `+there+` has no Sentinel
1 the same, 0 different (tweed | `+there+")\n", stdout)

	code, stdout, stderr = command(t, "run", "--json", "--compare", there, calls)
	require.Equal(t, 0, code, stderr)
	var all []runner.Comparison
	require.NoError(t, json.Unmarshal([]byte(stdout), &all))
	require.Len(t, all, 1)
	require.Equal(t, there, all[0].Other)
	require.Empty(t, all[0].Differences)
	require.Len(t, all[0].Notes, 3)

	code, stdout, stderr = command(t, "flow", "--compare", there)
	require.Equal(t, 0, code, stdout+stderr)
	code, _, stderr = command(t, "run", "--compare", there, file(t, "compared.yaml", compared))
	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, "compared.yaml has given, which change the server; "+there+" is no Tweed that could take them")

	t.Setenv("PLAID_SECRET", "")
	code, _, stderr = command(t, "run", "--compare", there, calls)
	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, "the sandbox target needs PLAID_SECRET in the environment")
}

// TestCompareRefuses: what cannot be compared is said before anything runs.
func TestCompareRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		args   []string
		stderr string
	}{
		{[]string{"run", "--compare", "https://production.plaid.com", "happy-path"}, "this client is for sandboxes only"},
		{[]string{"flow", "--compare", "https://production.plaid.com"}, "this client is for sandboxes only"},
		{[]string{"run", "--compare", "http://127.0.0.1:1", "happy-path"}, "is a Tweed running there?"},
		{[]string{"run", "--compare", "nowhere", "happy-path"}, "must be an address such as"},
		{[]string{"run", "--compare", "http://127.0.0.1:1", "--repeat", "2", "happy-path"}, "--compare goes with --seed and"},
		{[]string{"flow", "http://127.0.0.1:1"}, "one argument too many"},
		{[]string{"flow", "--compare", "a", "b"}, "one argument too many"},
	} {
		code, stdout, stderr := command(t, test.args...)
		require.Equal(t, exitUsage, code, stderr)
		require.Contains(t, stderr, test.stderr)
		require.Empty(t, stdout)
	}
}
