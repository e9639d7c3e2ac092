// Package browser serves what runs in a browser: the script of Plaid Link under the name that Plaid gives it, the
// dialog that the script opens, the page of the test bank, and hosted links. The files are embedded and need no build
// step. Everything here is drawing; what Link does is decided by the session calls of package plaid, which the pages
// make.
package browser

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"path"
	"regexp"
	"strings"
	"sync"
	"time"

	"tweed/emulator/internal/dataset"
)

//go:embed assets/link
var files embed.FS

const (
	linkFolder = "/link/v2/stable/"
	// The first version of Link had its script here; it is the same one.
	firstScript = "/link/stable/link-initialize.js"
)

// hostedLink is the path of a hosted link: below /link/ like Plaid's own operations, but with a link token, which none
// of them has.
var hostedLink = regexp.MustCompile(`^/link/link-[a-z]+-[0-9a-zA-Z-]+$`)

// asset is one file as it is served.
type asset struct {
	body, kind, tag, policy string
	// any is true for what pages of other origins may load.
	any bool
}

// A page may load what is served beside it, and nothing else. Trusted types make the browser refuse markup from text.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; "

// Any page may frame the dialog: that is what Link is, and an app's page has any origin; "*" leaves out files and the
// schemes of apps around a web view. What a framing page can do is said in link-initialize.js. The other pages stand
// alone.
const (
	dialogPolicy = policy + "frame-ancestors * file: capacitor: ionic: tauri:"
	pagePolicy   = policy + "frame-ancestors 'none'"
)

var kinds = map[string]string{
	".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".html": "text/html; charset=utf-8",
	".json": "application/json",
}

func newAsset(name, body string) asset {
	sum := sha256.Sum256([]byte(body))
	return asset{body: body, kind: kinds[path.Ext(name)], tag: `"` + hex.EncodeToString(sum[:12]) + `"`}
}

var assets = sync.OnceValue(readAssets)

// hosted is the key of the page that all hosted links share; it is no path.
const hosted = "hosted"

// readAssets makes the assets by their paths. That a file cannot be read is a mistake of the build.
func readAssets() map[string]asset {
	const dir = "assets/link"
	entries, err := files.ReadDir(dir)
	if err != nil {
		panic(err)
	}
	all := make(map[string]asset, len(entries)+3)
	for _, entry := range entries {
		text, err := files.ReadFile(dir + "/" + entry.Name())
		if err != nil {
			panic(err)
		}
		all[linkFolder+entry.Name()] = newAsset(entry.Name(), string(text))
	}
	all[linkFolder+"institutions.json"] = newAsset(".json", institutionList())
	script := all[linkFolder+"link-initialize.js"]
	script.any = true
	all[linkFolder+"link-initialize.js"], all[firstScript] = script, script

	dialog, bank := all[linkFolder+"link.html"], all[linkFolder+"bank.html"]
	fromAbove := strings.NewReplacer(`href="link.`, `href="v2/stable/link.`, `src="link.`, `src="v2/stable/link.`)
	page := newAsset(".html", fromAbove.Replace(dialog.body))
	dialog.policy, dialog.any, bank.policy, page.policy = dialogPolicy, true, pagePolicy, pagePolicy
	all[linkFolder+"link.html"], all[linkFolder+"bank.html"], all[hosted] = dialog, bank, page
	return all
}

// listed are the products that the guide of 2017 and the README of 2016 show as true or false in handler.institutions.
var listed = [...]string{"auth", "transactions", "identity", "income", "assets", "investments", "liabilities"}

// institutionList is what handler.institutions holds for the public_key form: [{id, name, auth: true, ...}].
func institutionList() string {
	list := []map[string]any{}
	for _, one := range dataset.Institutions() {
		if one.Unsupported {
			continue
		}
		row := map[string]any{"id": one.ID, "name": one.Name, "connect": one.Offers("transactions")}
		for _, product := range listed {
			row[product] = one.Offers(product)
		}
		list = append(list, row)
	}
	text, err := json.Marshal(list)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func find(p string) (asset, bool) {
	if hostedLink.MatchString(p) {
		p = hosted
	} else if !strings.HasPrefix(p, "/link/") {
		return asset{}, false
	}
	a, ok := assets()[p]
	return a, ok
}

// IsLink tells whether a request is for one of the pages of Link. They are no calls of a vendor's API: neither the
// journal nor a rule nor a world's clock sees them.
func IsLink(r *http.Request) bool {
	_, ok := find(r.URL.Path)
	return ok && (r.Method == http.MethodGet || r.Method == http.MethodHead)
}

// ServeLink answers a request that IsLink took. A browser asks each time whether a file has changed: the next version
// of Tweed has the same addresses.
func ServeLink(w http.ResponseWriter, r *http.Request) {
	a, ok := find(r.URL.Path)
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", a.tag)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	if a.policy != "" {
		h.Set("Content-Security-Policy", a.policy)
	}
	if a.any { // for pages that embed only what says that it may be embedded
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	}
	if path.Ext(r.URL.Path) == ".js" && a.any { // for <script crossorigin>
		h.Set("Access-Control-Allow-Origin", "*")
	}
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(a.body))
}
