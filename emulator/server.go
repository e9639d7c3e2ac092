package emulator

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"runtime/debug"
	"strings"

	"github.com/gorilla/mux"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/browser"
	"tweed/emulator/internal/browser/console"
	"tweed/emulator/internal/browser/demo"
	"tweed/emulator/internal/control"
	"tweed/emulator/internal/edge"
	"tweed/emulator/internal/plaid"
	"tweed/emulator/internal/sentinel"
	"tweed/emulator/internal/spell"
	"tweed/emulator/scenario"
	"tweed/scenarios"
)

func (e *Emulator) newPipeline() *api.Pipeline {
	p := &api.Pipeline{
		Worlds: e.worlds, Journal: e.journal, Stop: e.stop,
		BodyLimit: e.options.BodyBytes, MinDepth: api.Depth(e.options.MinDepth), Log: e.options.Logger,
		Base: func(r *http.Request) string {
			if e.options.PublicURL != "" {
				return e.options.PublicURL
			}
			return edge.Base(r)
		},
	}
	if e.options.JournalBytes < 0 {
		p.Journal = nil
	}
	return p
}

// newHandler mounts the families. Everything that no other one claims is Plaid's.
func (e *Emulator) newHandler() http.Handler {
	router := mux.NewRouter().SkipClean(true)
	mount := func(prefix string, f *api.Family) {
		router.MatcherFunc(under(prefix)).HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			e.pipeline.Serve(f, w, r)
		})
	}
	own := e.controlHandler()
	router.Path(strings.TrimSuffix(control.Prefix, "/")).Handler(own)
	router.PathPrefix(control.Prefix).Handler(own)
	apex := sentinel.Family()
	mount("/sentinel", apex) // and /sentinel2, the later generation
	mount("/legit/", sentinel.Legit())
	mount("/ale/", sentinel.ALE())
	legacy := plaid.Legacy()
	router.HandleFunc("/exchange_token", func(w http.ResponseWriter, r *http.Request) { e.pipeline.Serve(legacy, w, r) })
	pages := func(r *http.Request, _ *mux.RouteMatch) bool { return browser.IsLink(r) }
	router.MatcherFunc(pages).HandlerFunc(browser.ServeLink)
	mount("/link/v2/stable/session/", plaid.Link())
	router.MatcherFunc(e.forConsole).HandlerFunc(console.Redirect)
	mount("/", plaid.Family())
	e.proxy.Next = matched(router)
	return e.outermost(e.proxy)
}

// matched serves what a router that matches everything finds. Its own ServeHTTP would copy the request twice, to hold
// the values in the path, which families find for themselves.
func matched(router *mux.Router) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var match mux.RouteMatch
		router.Match(r, &match)
		match.Handler.ServeHTTP(w, r)
	})
}

// under matches paths that begin with a prefix, also those with more slashes in front: a base URL that ends with one,
// and a path that begins with one.
func under(prefix string) mux.MatcherFunc {
	return func(r *http.Request, _ *mux.RouteMatch) bool {
		return strings.HasPrefix(strings.TrimLeft(r.URL.Path, "/"), strings.TrimPrefix(prefix, "/"))
	}
}

// forConsole matches a browser that was sent to the server's bare address, not one that takes it
// for a vendor's host.
func (e *Emulator) forConsole(r *http.Request, _ *mux.RouteMatch) bool {
	return console.Asked(r, "/") && e.guard().Local(control.HostOf(r.Host))
}

func (e *Emulator) guard() control.Guard {
	return control.Guard{AllowHosts: e.options.AllowHosts, Token: e.options.ControlToken}
}

func (e *Emulator) controlHandler() http.Handler {
	guard := e.guard()
	calls := &control.API{
		Worlds: e.worlds, Journal: e.journal, Version: Version, Config: e.config,
		Try: e.try, Shipped: Shipped, ShippedAll: shippedAll, Schema: scenarios.Schema, Errors: errorList,
		Operations: operationList, Vendors: vendorOperations(), Trigger: trigger, Stop: e.stop, Options: e.caseOptions(),
	}
	family := calls.Family()
	page := console.New(Version)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		forDemo := demo.Serves(r)
		forPage := forDemo || page.Serves(r)
		if r.URL.Path != control.Prefix+"health" {
			check := guard.Check
			if forPage {
				check = guard.CheckPage
			}
			if refused := check(r); refused != nil {
				api.Send(w, api.TweedError(&api.Call{}, refused))
				return
			}
		}
		switch {
		case forDemo:
			demo.ServeHTTP(w, r)
			return
		case forPage:
			page.ServeHTTP(w, r)
			return
		}
		if calls.Follows(r) {
			calls.Follow(w, r)
			return
		}
		escaped := *r // a world's name may have a slash in it: TestX%2Fsub
		address := *r.URL
		address.Path = r.URL.EscapedPath()
		escaped.URL = &address
		e.pipeline.Serve(family, w, &escaped)
	})
}

// outermost is what every request passes first: a bug in Tweed ends a request with a
// JSON error and never the process.
func (e *Emulator) outermost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			bug := recover()
			if bug == nil {
				return
			}
			if bug == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so, too
				panic(bug)
			}
			if e.options.Logger != nil {
				e.options.Logger.Error("a bug in Tweed", "panic", bug, "path", r.URL.Path, "stack", string(debug.Stack()))
			}
			api.Send(w, api.PanicReply(bug))
		}()
		next.ServeHTTP(w, r)
	})
}

// Done is closed when the emulator has been told to stop.
func (e *Emulator) Done() <-chan struct{} { return e.stop }

// Failed yields the error with which serving ended by itself.
func (e *Emulator) Failed() <-chan error { return e.served }

// Load reads a scenario file (read is os.ReadFile), or, where there is no such file, one
// that comes with Tweed by its name. The error is that of read with the one of Shipped, or
// scenario.Problems.
func Load(name string, read func(string) ([]byte, error)) (*scenario.Scenario, error) {
	text, err := read(name)
	if errors.Is(err, fs.ErrNotExist) {
		s, none := Shipped(name)
		if none != nil {
			return nil, fmt.Errorf("%w; %w", err, none)
		}
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	return scenario.Load(name, text)
}

// Shipped returns a scenario that comes with Tweed, by its full name or the last part of
// it where that is enough. The error has the nearest name.
func Shipped(name string) (*scenario.Scenario, error) {
	if text, ok := scenarios.Find(name); ok {
		return scenario.Load(name, text)
	}
	if meant := scenarios.Meant(name); len(meant) > 1 {
		return nil, fmt.Errorf("the scenario %q can be %s", name, strings.Join(meant, " or "))
	}
	words := scenarios.Names()
	for _, full := range scenarios.Names() {
		words = append(words, path.Base(full))
	}
	right := `"tweed scenarios" lists them`
	if near := spell.Nearest(strings.TrimSuffix(name, ".yaml"), words); near != "" {
		right = fmt.Sprintf("did you mean %q?", near)
	}
	return nil, fmt.Errorf("no scenario that comes with Tweed is called %q; %s", name, right)
}
