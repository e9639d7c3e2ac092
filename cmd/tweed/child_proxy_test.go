package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestExecProxy: a command that knows the vendors' own addresses only, and takes the proxy
// and the CA from its environment.
func TestExecProxy(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	require.NoError(t, err)
	expects := file(t, "s.yaml", "expect: {calls: [{call: /item/get, count: 1, status: 400}]}\n")
	play := func(role string) []string { return []string{"--", "env", childRole + "=" + role, self} }
	for _, test := range []struct {
		name           string
		args           []string
		code           int
		stdout, stderr string
	}{
		{"TLS", append([]string{"--scenario", expects}, play("POST https://sandbox.plaid.com/item/get")...), 0, "MISSING_FIELDS", "1 call came, 1 of 1 expectations are met"},
		{"cleartext", play("POST http://tartan.plaid.com/exchange_token"), 0, `"code": 1100`, "1 call came"},
		{"Apex", play("POST https://uat-api.apexclearing.com/legit/api/v1/cc/token"), 0, "", "1 call came"},
		{"the control API is beside the proxy", play("GET $TWEED_URL/_tweed/worlds"), 96, `"worlds"`, "Its HTTP client has to take it from HTTPS_PROXY"},
		{"production", play("POST https://production.plaid.com/item/get"), 1, "", "production.plaid.com is refused"},
		{"another host", play("GET https://example.com/"), 1, "", "--proxy-others=pass"},
		{"no call", []string{"--", "true"}, 96, "", "no call came through the proxy http://127.0.0.1:"},
		{"neither", []string{"--proxy-others", "deny", "--", "true"}, 2, "", `it can be "refuse" or "pass"`},
		{"no place for a CA", []string{"--ca-dir", expects, "--", "true"}, 3, "", "not a directory"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cmd := program(t, append([]string{"exec", "--proxy"}, test.args...)...)
			cmd.Env = append(cmd.Env, "TWEED_CA_DIR="+t.TempDir())
			code, stdout, stderr := finish(t, cmd)
			require.Equal(t, test.code, code, stdout+stderr)
			require.Contains(t, stdout, test.stdout)
			require.Contains(t, stderr, test.stderr)
		})
	}
}

// TestExecProxyEnvironment: what the command gets, and what it keeps; the files are gone
// with it.
func TestExecProxyEnvironment(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "with a space")
	require.NoError(t, os.Mkdir(dir, 0o700))
	company := file(t, "company.pem", "the company's\n")
	cmd := program(t, "exec", "--proxy", "--", "sh", "-c", `env; cat "$SSL_CERT_FILE" "$NODE_EXTRA_CA_CERTS" "$CURL_CA_BUNDLE" "$REQUESTS_CA_BUNDLE" >/dev/null && grep -c . "$NODE_EXTRA_CA_CERTS"`)
	cmd.Env = append(cmd.Env, "TMPDIR="+dir, "TWEED_CA_DIR="+dir, "NODE_EXTRA_CA_CERTS="+company, "JAVA_TOOL_OPTIONS=-Xmx64m",
		"NO_PROXY=db.example.com,.plaid.com,*", "no_proxy=", "PLAID_BASE_URL=https://sandbox.plaid.com", "SENTINEL_BASE_URL=", "https_proxy=http://company:1")
	code, stdout, stderr := finish(t, cmd)
	require.Equal(t, exitNoCalls, code, stderr)
	address := strings.TrimPrefix(strings.Split(stderr, "\n")[0], "tweed: ready at ")
	got := map[string]string{}
	for line := range strings.Lines(stdout) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		got[name] = value
	}
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "TWEED_URL"} {
		require.Equal(t, address, got[name], name)
	}
	for name, want := range map[string]string{
		"NO_PROXY": "localhost,127.0.0.1,::1,db.example.com", "no_proxy": "localhost,127.0.0.1,::1,db.example.com",
		"PLAID_BASE_URL": "https://sandbox.plaid.com", "SENTINEL_BASE_URL": "", "PLAID_API_URI": "", "NODE_USE_ENV_PROXY": "1",
		"PLAID_CLIENT_ID": "000000000000000000007eed", "TWEED_CA_DIR": "",
	} {
		require.Equal(t, want, got[name], name)
	}
	require.Equal(t, got["SSL_CERT_FILE"], got["CURL_CA_BUNDLE"])
	require.Equal(t, got["SSL_CERT_FILE"], got["REQUESTS_CA_BUNDLE"])
	require.Equal(t, got["DENO_CERT"], got["NODE_EXTRA_CA_CERTS"])
	files := filepath.Dir(got["SSL_CERT_FILE"])
	require.Equal(t, dir, filepath.Dir(files))
	_, port, _ := strings.Cut(strings.TrimPrefix(address, "http://"), ":")
	require.Equal(t, `-Xmx64m -Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=`+port+` -Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=`+port+
		` -Dhttp.nonProxyHosts=localhost|127.*|[::1] "-Djavax.net.ssl.trustStore=`+files+`/trust.p12"`+
		` -Djavax.net.ssl.trustStoreType=PKCS12 -Djavax.net.ssl.trustStorePassword=changeit`, got["JAVA_TOOL_OPTIONS"])
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, left, 2, "the CA's own files")
}

func TestNoProxy(t *testing.T) {
	t.Parallel()
	for given, more := range map[string]string{
		"": "", "localhost": "", "db , db,cache:6379": ",db,cache:6379", "*": "", "plaid.com": "", ".plaid.com": "", "*.PLAID.com": "",
		"sandbox.plaid.com:443": "", "com": "", "dashboard.plaid.com": ",dashboard.plaid.com", "10.0.0.0/8": ",10.0.0.0/8", "apexclearing.com,x": ",x",
	} {
		require.Equal(t, "localhost,127.0.0.1,::1"+more, noProxy(given), given)
	}
}
