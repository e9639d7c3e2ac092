package console

import (
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// limit is how large the page may be with all its parts, in bytes.
const limit = 200_000

// read returns all parts by name, the shell too.
func read(t *testing.T) map[string]string {
	t.Helper()
	entries, err := assets.ReadDir("assets")
	require.NoError(t, err)
	out := map[string]string{}
	for _, entry := range entries {
		text, err := assets.ReadFile("assets/" + entry.Name())
		require.NoError(t, err)
		out[entry.Name()] = string(text)
	}
	return out
}

// TestSize: the console stays small.
func TestSize(t *testing.T) {
	t.Parallel()
	total := 0
	for name, text := range read(t) {
		require.NotEmpty(t, text, name)
		total += len(text)
	}
	require.Less(t, total, limit)
	require.Greater(t, total, limit/10, "is that all?")
}

// forbidden is what could run a text that came from outside, or reach another server. An address
// that is none of the page's own is one, but for the name of SVG.
var forbidden = regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|` +
	`DOMParser|setHTML|srcdoc|\beval\b|new Function|setTimeout\(\s*["']|javascript:|\bstyle=|\bon[a-z]+="|<style|<iframe|` +
	`<script(?: type="module" src="console/main\.js"></script>)?|https?://[a-z0-9.-]+`)

// allowed are what stands there all the same.
var allowed = []string{`<script type="module" src="console/main.js"></script>`, "http://www.w3.org"}

// TestNothingRuns: texts become text nodes. There is no inline script or style, no way from text
// to markup, and no other server.
func TestNothingRuns(t *testing.T) {
	t.Parallel()
	for name, text := range read(t) {
		for _, found := range forbidden.FindAllString(text, -1) {
			require.Contains(t, allowed, found, name)
		}
	}
	for _, bad := range []string{"x.innerHTML = y", `<p onclick="f()">`, `<script>f()</script>`, "https://cdn.example.com"} {
		require.NotSubset(t, allowed, forbidden.FindAllString(bad, -1), bad)
	}
}

var imported = regexp.MustCompile(`from "\./([a-z]+\.js)"`)

// TestModules: what is imported is there, and every part is used.
func TestModules(t *testing.T) {
	t.Parallel()
	files := read(t)
	used := map[string]bool{"index.html": true, "main.js": true, "style.css": true, "tweed.svg": true}
	for _, text := range files {
		for _, m := range imported.FindAllStringSubmatch(text, -1) {
			require.Contains(t, files, m[1])
			used[m[1]] = true
		}
	}
	for name := range files {
		require.True(t, used[name], "%s is not used", name)
	}
}

// listedIDs are the test ids that main.js promises: tests of others rely on them.
func listedIDs(t *testing.T) []string {
	t.Helper()
	_, list, ok := strings.Cut(read(t)["main.js"], "Test ids (stable):")
	require.True(t, ok)
	list, _, _ = strings.Cut(list, "\nimport ")
	list = regexp.MustCompile(`\([^)]*\)`).ReplaceAllString(list, "")
	var out []string
	for _, word := range strings.Fields(list) {
		switch {
		case strings.Contains(word, "{"):
			begin, rest, _ := strings.Cut(word, "{")
			for one := range strings.SplitSeq(strings.TrimSuffix(rest, "}"), ",") {
				out = append(out, begin+one)
			}
		case strings.Contains(word, "-") || word == "toast":
			out = append(out, word)
		}
	}
	return out
}

// built are test ids that the modules put together.
var built = []string{
	"journal-filter-world", "journal-filter-path", "journal-filter-status", "journal-filter-code", "journal-filter-rule",
	"fail-times-once", "fail-times-twice", "fail-times-always", "transfer-approve", "transfer-return", "transfer-noc",
	"transfer-reject",
}

// TestTestIDs: every test id that is listed stands in a module or the shell.
func TestTestIDs(t *testing.T) {
	t.Parallel()
	ids := listedIDs(t)
	require.Greater(t, len(ids), 80)
	var all strings.Builder
	for name, text := range read(t) {
		if name == "main.js" {
			_, text, _ = strings.Cut(text, "\nimport ")
		}
		all.WriteString(text)
	}
	for _, id := range ids {
		require.True(t, slices.Contains(built, id) || strings.Contains(all.String(), `"`+id+`"`), "no element has the test id %s", id)
	}
}

// ask makes a request of the console.
func ask(c *Console, target, accept string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, target, http.NoBody)
	if accept != "" {
		r.Header.Set("Accept", accept)
	}
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	return w
}

// TestServe: the page with its version, its parts with their types, and the policy on all.
func TestServe(t *testing.T) {
	t.Parallel()
	c := New(`1.2.3<b>"`)
	page := ask(c, "/_tweed/", "text/html")
	require.Equal(t, 200, page.Code)
	require.Contains(t, page.Body.String(), "1.2.3&lt;b&gt;&#34; · test only")
	for name, text := range read(t) {
		if name == "index.html" {
			require.Equal(t, 404, ask(c, "/_tweed/console/index.html", "").Code, "the template is no part")
			continue
		}
		got := ask(c, "/_tweed/console/"+name, "")
		require.Equal(t, 200, got.Code, name)
		require.Equal(t, text, got.Body.String(), name)
		require.NotContains(t, got.Header().Get("Content-Type"), "octet-stream", name)
		require.Equal(t, policy, got.Header().Get("Content-Security-Policy"), name)
		require.Equal(t, "nosniff", got.Header().Get("X-Content-Type-Options"), name)
		require.NotEmpty(t, path.Ext(name))
	}
	for _, target := range []string{"/_tweed/console/", "/_tweed/console/none.js", "/_tweed/console/../console.go"} {
		require.Equal(t, 404, ask(c, target, "").Code, target)
	}
	moved := ask(c, "/_tweed", "text/html")
	require.Equal(t, 302, moved.Code)
	require.Equal(t, "/_tweed/", moved.Header().Get("Location"))
}
