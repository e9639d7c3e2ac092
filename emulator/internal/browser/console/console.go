// Package console serves the console: one page under /_tweed/ that drives the control API. The
// shell comes from here with everything that it needs: plain JavaScript modules and a style sheet,
// embedded, without a build step and without the network. It holds no secret: what a person sees
// comes from the control API, with the token that he has given.
package console

import (
	"bytes"
	"embed"
	"html"
	"net/http"
	"path"
	"strings"
)

const (
	// root is where the page is.
	root = "/_tweed/"
	// assetsPath is where its parts are.
	assetsPath = root + "console/"
)

//go:embed assets
var assets embed.FS

// policy lets the page load its own parts and call the server that it came from, and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

// headers are on every answer.
var headers = [][2]string{
	{"Content-Security-Policy", policy},
	{"X-Content-Type-Options", "nosniff"},
	{"Referrer-Policy", "no-referrer"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"Cache-Control", "no-cache"},
	{"Vary", "Accept"},
}

// Console is the page.
type Console struct {
	page  []byte
	files map[string][]byte // by name
}

// New makes the page of a version of Tweed.
func New(version string) *Console {
	shell, _ := assets.ReadFile("assets/index.html") // it is embedded
	// One place needs no html/template, which makes the binary 3 MB larger.
	page := bytes.ReplaceAll(shell, []byte("{{version}}"), []byte(html.EscapeString(version)))
	c := &Console{page: page, files: map[string][]byte{}}
	entries, _ := assets.ReadDir("assets") // it is embedded
	for _, entry := range entries {
		if name := entry.Name(); name != "index.html" {
			c.files[name], _ = assets.ReadFile("assets/" + name)
		}
	}
	return c
}

// Serves says whether a request is for the console: its parts, and the page for a browser. The
// control API answers everybody else at the page's address.
func (c *Console) Serves(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	return strings.HasPrefix(r.URL.Path, assetsPath) || Asked(r, root) || Asked(r, strings.TrimSuffix(root, "/"))
}

// Asked says whether a request is a browser's for the page at a path.
func Asked(r *http.Request, at string) bool {
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) && r.URL.Path == at &&
		strings.Contains(strings.Join(r.Header.Values("Accept"), ","), "text/html")
}

// Redirect sends a browser to the page.
func Redirect(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Vary", "Accept")
	http.Redirect(w, r, root, http.StatusFound)
}

// ServeHTTP answers with the page or with one of its parts.
func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, part := strings.CutPrefix(r.URL.Path, assetsPath)
	body, known := c.files[name]
	switch {
	case !part && r.URL.Path != root:
		Redirect(w, r)
		return
	case !part:
		name, body = "index.html", c.page
	case !known:
		http.NotFound(w, r)
		return
	}
	for _, h := range headers {
		w.Header().Set(h[0], h[1])
	}
	w.Header().Set("Content-Type", typeOf(name))
	_, _ = w.Write(body) // the client may have left
}

// typeOf does not ask the machine's table of types, which may say anything.
func typeOf(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return "application/octet-stream"
}
