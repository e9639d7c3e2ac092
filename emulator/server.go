package emulator

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/control"
	"tweed/emulator/internal/plaid"
	"tweed/emulator/internal/sentinel"
	"tweed/emulator/scenario"
	"tweed/scenarios"
)

func (e *Emulator) newPipeline() *api.Pipeline {
	p := &api.Pipeline{
		Worlds: e.worlds, Journal: e.journal, Stop: e.stop,
		BodyLimit: e.options.BodyBytes, MinDepth: api.Depth(e.options.MinDepth), Log: e.options.Logger,
		Base: func(host string) string {
			if e.options.PublicURL != "" {
				return e.options.PublicURL
			}
			return "http://" + host
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
		router.PathPrefix(prefix).HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
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
	mount("/", plaid.Family())
	return e.outermost(router)
}

func (e *Emulator) controlHandler() http.Handler {
	guard := control.Guard{AllowHosts: e.options.AllowHosts, Token: e.options.ControlToken}
	calls := &control.API{
		Worlds: e.worlds, Journal: e.journal, Version: Version, Config: e.config,
		Embedded: scenarios.Find, Stop: e.stop,
	}
	family := calls.Family()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != control.Prefix+"health" {
			if refused := guard.Check(r); refused != nil {
				api.Send(w, api.TweedError(&api.Call{}, refused))
				return
			}
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

// stopPatience is how long calls in progress may go on after a stop.
const stopPatience = 5 * time.Second

func (e *Emulator) shutdown() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopPatience)
	defer cancel()
	if err := e.server.Shutdown(ctx); err != nil {
		return errors.Join(err, e.server.Close())
	}
	return nil
}

// Done is closed when the emulator has been told to stop.
func (e *Emulator) Done() <-chan struct{} { return e.stop }

// Failed yields the error with which serving ended by itself.
func (e *Emulator) Failed() <-chan error { return e.served }

// Load reads a scenario file (read is os.ReadFile), or, where there is no such file, one
// that comes with Tweed by its name.
func Load(name string, read func(string) ([]byte, error)) (*scenario.Scenario, error) {
	text, err := read(name)
	if errors.Is(err, fs.ErrNotExist) {
		if own, ok := scenarios.Find(name); ok {
			text, err = own, nil
		}
	}
	if err != nil {
		return nil, err
	}
	return scenario.Load(name, text)
}
