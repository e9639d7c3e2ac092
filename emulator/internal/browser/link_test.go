package browser_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/browser"
)

const (
	folder = "/link/v2/stable/"
	token  = "/link/link-sandbox-5e2d13f0-0f3b-4cf2-9f7c-4cf4ff4e1d4c"
)

// server serves the pages alone; what they do not take is a 404.
func server(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !browser.IsLink(r) {
			http.NotFound(w, r)
			return
		}
		browser.ServeLink(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

type reply struct {
	status int
	header http.Header
	body   string
}

func ask(t *testing.T, method, url string, header ...string) reply {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	require.NoError(t, err)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	r, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { require.NoError(t, r.Body.Close()) }()
	body, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return reply{status: r.StatusCode, header: r.Header, body: string(body)}
}

func TestLinkPages(t *testing.T) {
	t.Parallel()
	url := server(t)
	tests := []struct{ path, kind string }{
		{folder + "link-initialize.js", "text/javascript; charset=utf-8"},
		{"/link/stable/link-initialize.js", "text/javascript; charset=utf-8"},
		{folder + "link.html", "text/html; charset=utf-8"},
		{folder + "link.js", "text/javascript; charset=utf-8"},
		{folder + "link.css", "text/css; charset=utf-8"},
		{folder + "bank.html", "text/html; charset=utf-8"},
		{folder + "bank.js", "text/javascript; charset=utf-8"},
		{folder + "institutions.json", "application/json"},
		{token, "text/html; charset=utf-8"},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			t.Parallel()
			r := ask(t, http.MethodGet, url+tt.path)
			require.Equal(t, http.StatusOK, r.status)
			require.Equal(t, tt.kind, r.header.Get("Content-Type"))
			require.Equal(t, "nosniff", r.header.Get("X-Content-Type-Options"))
			require.Equal(t, "no-referrer", r.header.Get("Referrer-Policy"))
			require.Equal(t, "no-cache", r.header.Get("Cache-Control"))
			require.NotEmpty(t, r.body)

			same := ask(t, http.MethodGet, url+tt.path, "If-None-Match", r.header.Get("ETag"))
			require.Equal(t, http.StatusNotModified, same.status, "a browser that has it loads it once")
			require.Empty(t, same.body)
			head := ask(t, http.MethodHead, url+tt.path)
			require.Equal(t, http.StatusOK, head.status)
			require.Empty(t, head.body)
		})
	}
}

// TestNotAPage asks for what is Plaid's: the pages must not stand before its operations.
func TestNotAPage(t *testing.T) {
	t.Parallel()
	url := server(t)
	tests := []struct{ method, path string }{
		{http.MethodPost, "/link/token/create"},
		{http.MethodGet, "/link/token/create"},
		{http.MethodPost, folder + "session/open"},
		{http.MethodPost, folder + "link.html"},
		{http.MethodPost, token},
		{http.MethodGet, folder},
		{http.MethodGet, folder + "../stable/link.html"},
		{http.MethodGet, "/link/link-initialize.js"},
		{http.MethodGet, "/link/"},
		{http.MethodGet, token + "/more"},
		{http.MethodGet, "/hosted"},
	}
	for _, tt := range tests {
		t.Run(tt.method+" "+tt.path, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, http.StatusNotFound, ask(t, tt.method, url+tt.path).status)
		})
	}
}

func TestPolicy(t *testing.T) {
	t.Parallel()
	url := server(t)
	const strict = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
		"base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; frame-ancestors "
	get := func(path string) http.Header { return ask(t, http.MethodGet, url+path).header }

	require.Equal(t, strict+"* file: capacitor: ionic: tauri:", get(folder+"link.html").Get("Content-Security-Policy"), "any page may frame the dialog")
	require.Equal(t, strict+"'none'", get(folder+"bank.html").Get("Content-Security-Policy"))
	require.Equal(t, strict+"'none'", get(token).Get("Content-Security-Policy"))

	require.Equal(t, "cross-origin", get(folder+"link-initialize.js").Get("Cross-Origin-Resource-Policy"))
	require.Equal(t, "*", get(folder+"link-initialize.js").Get("Access-Control-Allow-Origin"), "for <script crossorigin>")
	for _, path := range []string{folder + "link.js", folder + "link.html", folder + "institutions.json", token} {
		require.Empty(t, get(path).Get("Access-Control-Allow-Origin"), path)
	}
}

// TestPagesKeepTheirPolicy looks for what the policy would refuse, so that a page that a browser leaves half dead does
// not pass here.
func TestPagesKeepTheirPolicy(t *testing.T) {
	t.Parallel()
	url := server(t)
	inline := regexp.MustCompile(`(?i)<script>|<style|\sstyle=|\son[a-z]+=|https?://`)
	for _, path := range []string{folder + "link.html", folder + "bank.html", token} {
		require.NotRegexp(t, inline, ask(t, http.MethodGet, url+path).body, path)
	}
	markup := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(|new Function|cssText|setAttribute\('style'`)
	var size int
	for _, name := range scripts {
		body := ask(t, http.MethodGet, url+folder+name).body
		require.NotRegexp(t, markup, body, name)
		size += len(body)
	}
	require.Less(t, size, 100_000)
}

var scripts = []string{
	"link-initialize.js", "link.js", "link-dom.js", "link-foot.js", "link-forms.js", "link-hosts.js", "link-panes.js", "link-session.js", "bank.js",
}

// TestReferences follows every address in the pages and every import of the scripts.
func TestReferences(t *testing.T) {
	t.Parallel()
	url := server(t)
	address := regexp.MustCompile(`(?:href|src)="([^":]+)"`)
	for _, path := range []string{folder + "link.html", folder + "bank.html", token} {
		found := address.FindAllStringSubmatch(ask(t, http.MethodGet, url+path).body, -1)
		require.Len(t, found, 2, "a style sheet and a script")
		for _, f := range found {
			base := path[:strings.LastIndex(path, "/")+1]
			require.Equal(t, http.StatusOK, ask(t, http.MethodGet, url+base+f[1]).status, "%s in %s", f[1], path)
		}
	}
	imported := regexp.MustCompile(`from '\./([^']+)'`)
	for _, name := range scripts {
		for _, f := range imported.FindAllStringSubmatch(ask(t, http.MethodGet, url+folder+name).body, -1) {
			require.Contains(t, scripts, f[1], name)
		}
	}
}

func TestInstitutions(t *testing.T) {
	t.Parallel()
	var list []map[string]any
	require.NoError(t, json.Unmarshal([]byte(ask(t, http.MethodGet, server(t)+folder+"institutions.json").body), &list))
	byID := map[any]map[string]any{}
	for _, row := range list {
		byID[row["id"]] = row
	}
	require.Len(t, byID, len(list))
	bofa := byID["ins_1"]
	require.Equal(t, "Bank of America", bofa["name"])
	require.Equal(t, true, bofa["auth"])
	require.Equal(t, true, bofa["transactions"])
	require.NotContains(t, byID, "ins_133402", "Link refuses it")
}
