package demo

import (
	"cmp"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

func ask(t *testing.T, method, target string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, nil)
	require.True(t, Serves(r), target)
	w := httptest.NewRecorder()
	ServeHTTP(w, r)
	return w
}

// addressed are the parts that the page names.
var addressed = regexp.MustCompile(`(?:src|href)="(/_tweed/demo/[^"]+)"|from "\./([^"]+)"`)

// TestParts: the page and all that it names are there, each with its type and under a strict policy.
func TestParts(t *testing.T) {
	t.Parallel()
	asked := map[string]bool{}
	todo := []string{"/_tweed/demo"}
	for len(todo) > 0 {
		at := todo[0]
		todo = todo[1:]
		if asked[at] {
			continue
		}
		asked[at] = true
		w := ask(t, http.MethodGet, at)
		require.Equal(t, http.StatusOK, w.Code, at)
		require.Equal(t, kinds[cmp.Or(path.Ext(at), ".html")], w.Header().Get("Content-Type"), at)
		require.Equal(t, policy, w.Header().Get("Content-Security-Policy"), at)
		require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"), at)
		for _, found := range addressed.FindAllStringSubmatch(w.Body.String(), -1) {
			if found[1] != "" {
				todo = append(todo, found[1])
			} else {
				todo = append(todo, root+"/"+found[2])
			}
		}
	}
	entries, err := fs.ReadDir(assets, "assets")
	require.NoError(t, err)
	require.Len(t, asked, len(entries), "a part that nothing names")
}

// TestPolicy: nothing inline, nobody who frames the page.
func TestPolicy(t *testing.T) {
	t.Parallel()
	require.NotContains(t, policy, "unsafe")
	require.Contains(t, policy, "default-src 'none'")
	require.Contains(t, policy, "frame-ancestors 'none'")
	inline := regexp.MustCompile(`<script>|<style|\bstyle=|\bon[a-z]+="|innerHTML|outerHTML|insertAdjacentHTML|document\.write`)
	require.NoError(t, fs.WalkDir(assets, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(assets, name)
		require.Empty(t, inline.FindString(string(text)), name)
		return err
	}))
}

// TestOthers: a part that is none is not found, and what is not the demo's is left to others.
func TestOthers(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"none.js", "assets/index.html", "../demo.go", ""} {
		want := http.StatusNotFound
		if name == "" {
			want = http.StatusOK
		}
		require.Equal(t, want, ask(t, http.MethodGet, root+"/"+name).Code, name)
	}
	for _, target := range []string{"/_tweed/demonstration", "/_tweed/", "/demo"} {
		require.False(t, Serves(httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)), target)
	}
	require.False(t, Serves(httptest.NewRequestWithContext(t.Context(), http.MethodPost, root, nil)))
}
