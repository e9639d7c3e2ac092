// Package demo serves a page under /_tweed/demo with the two buttons of Plaid's guide for Apex. It walks from Link to a
// settled deposit and shows each call. What a server does in a real app, the page does itself: it says so.
package demo

import (
	"embed"
	"net/http"
	"path"
	"strings"
)

// root is where the page is; its parts are below.
const root = "/_tweed/demo"

//go:embed assets
var assets embed.FS

// policy lets the page load its own parts and Link, and call the server that it came from. With trusted types the
// browser refuses to make markup of text; Link has a policy for the address of a script.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; " +
	"img-src 'self' data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types tweed-link"

// headers are on every answer. There is no Cross-Origin-Opener-Policy: Link opens a bank's page beside this one.
var headers = [][2]string{
	{"Content-Security-Policy", policy},
	{"X-Content-Type-Options", "nosniff"},
	{"Referrer-Policy", "no-referrer"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"Cache-Control", "no-cache"},
}

var kinds = map[string]string{
	".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
}

// Serves says whether a request is for the demo.
func Serves(r *http.Request) bool {
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) &&
		(r.URL.Path == root || strings.HasPrefix(r.URL.Path, root+"/"))
}

// ServeHTTP answers with the page or with one of its parts.
func ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, root), "/")
	if name == "" {
		name = "index.html"
	}
	body, err := assets.ReadFile("assets/" + name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	for _, h := range headers {
		w.Header().Set(h[0], h[1])
	}
	w.Header().Set("Content-Type", kinds[path.Ext(name)])
	_, _ = w.Write(body) // the client may have left
}
