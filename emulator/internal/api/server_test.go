package api

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/rules"
	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

// monday is where the clocks of tests start.
var monday = time.Date(2026, 1, 5, 14, 30, 0, 0, time.UTC)

// notes is what the test family's operations write into a world.
var notes = world.NewTable[string]("api.test", 1)

// The paths of the test family's operations. They are Plaid's, because a rule names calls
// that exist.
const (
	pathPut     = "/item/remove"                // writes fields["item"] as a record
	pathGet     = "/item/get"                   // tells the record
	pathRefuse  = "/item/public_token/exchange" // writes a record, then is an error
	pathFail    = "/item/import"                // is an error that is no row
	pathPanic   = "/accounts/get"               // writes a record, then panics
	pathRaw     = "/asset_report/pdf/get"       // no JSON
	pathShaped  = "/categories/get"
	pathNothing = "/transfer/create"             // is not built
	pathPark    = "/sandbox/item/reset_login"    // waits for a record
	pathParkFor = "/sandbox/public_token/create" // waits for a moment
)

var (
	errVendor = catalogue.Must(catalogue.Plaid, "ITEM_ERROR/ITEM_LOGIN_REQUIRED")
	errCheck  = catalogue.Must(catalogue.Plaid, "INVALID_REQUEST/INVALID_FIELD")
	errRoute  = catalogue.Must(catalogue.Plaid, "INVALID_REQUEST/NOT_FOUND")
)

// lab is the test family behind the pipeline.
type lab struct {
	*Pipeline
	t       *testing.T
	http    *httptest.Server
	stop    chan struct{}
	parking chan bool // a parked call says each time that it runs whether its patience is over
	config  world.Config
}

// newLab starts one. change, if not nil, changes the pipeline before the first call.
func newLab(t *testing.T, change func(*lab)) *lab {
	t.Helper()
	l := &lab{t: t, stop: make(chan struct{}), parking: make(chan bool, 10_000)}
	l.config = world.Config{Seed: 1, Clock: world.Clock{Start: monday}}
	l.Pipeline = &Pipeline{
		Worlds: world.NewWorlds(100, func() time.Time { return monday }, func(string) (world.Config, error) {
			return l.config, nil
		}),
		Journal: NewJournal(4 << 20), BodyLimit: 1000, Stop: l.stop,
		Base: func(r *http.Request) string { return "http://" + r.Host },
	}
	if change != nil {
		change(l)
	}
	family := l.family()
	l.http = httptest.NewServer(serve(l.Pipeline, family))
	t.Cleanup(l.http.Close)
	return l
}

func serve(p *Pipeline, family *Family) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { p.Serve(family, w, r) })
}

func (l *lab) family() *Family {
	ops := map[string]*Op{}
	for path, run := range map[string]func(*Call) (any, error){
		pathPut: put, pathGet: get, pathRefuse: refuse, pathFail: fail, pathPanic: crash, pathRaw: raw, pathShaped: get,
		pathNothing: nil, pathPark: l.park, pathParkFor: l.parkFor,
	} {
		ops[path] = &Op{ID: strings.ReplaceAll(path[1:], "/", "_"), Method: http.MethodPost, Path: path, Depth: Stateful, Run: run}
	}
	ops[pathShaped].Depth, ops[pathNothing].Depth = Shaped, None
	return &Family{
		Name: "test",
		Route: func(method, path string) (*Op, map[string]string, error) {
			op := ops[path]
			if op == nil || op.Method != method {
				return nil, nil, errRoute.New()
			}
			return op, nil, nil
		},
		Decode: DecodeJSON,
		Client: func(_ *Request, body Body) Client {
			id, name := SplitClient(body.Text("client_id"))
			return Client{ID: id, World: name, Secret: body.Text("secret"), Found: body.Text("client_id") != ""}
		},
		Checks: []func(*Call) error{func(c *Call) error {
			if c.Body.Fields["count"] != nil {
				return errCheck.Text("count is refused")
			}
			return nil
		}},
		About: func(*Call) About { return Nothing{} },
		Write: func(c *Call, answer any, err *catalogue.Error) Reply {
			if err != nil && err.Row.Family == catalogue.Tweed {
				return TweedError(c, err)
			}
			if err != nil {
				return JSONReply(err.Status, map[string]any{"error_code": err.Row.Code, "error_message": err.Message})
			}
			if answer, ok := answer.(Raw); ok {
				return Reply{Status: 200, Header: []Header{{"Content-Type", answer.Type}}, Body: answer.Body}
			}
			return JSONReply(200, answer)
		},
	}
}

func put(c *Call) (any, error) {
	notes.Put(c.World, "note", c.Body.Text("item"))
	return map[string]any{"request_id": c.RequestID}, nil
}

func get(c *Call) (any, error) {
	text, _ := notes.Get(c.World, "note")
	return map[string]any{
		"note": text, "world": c.World.Name(), "client": c.Client.ID, "request_id": c.RequestID,
		"balance": json.Number("110.10"), "large": json.Number("12345678901234567890"),
	}, nil
}

func refuse(c *Call) (any, error) {
	notes.Put(c.World, "note", "a wrong try")
	return nil, errVendor.New()
}

func fail(*Call) (any, error) { return nil, errNotObject }

func crash(c *Call) (any, error) {
	notes.Put(c.World, "note", "half done")
	var list []string
	return list[len(c.RequestID)], nil
}

func raw(*Call) (any, error) { return Raw{Type: "application/pdf", Body: []byte("%PDF")}, nil }

// park waits for a record, for as many milliseconds as the request says.
func (l *lab) park(c *Call) (any, error) {
	l.parking <- c.Waited
	text, ok := notes.Get(c.World, "note")
	if !ok && !c.Waited {
		n, _ := c.Body.Fields["count_ms"].(json.Number)
		ms, _ := n.Int64()
		return nil, Park{Patience: time.Duration(ms) * time.Millisecond}
	}
	return map[string]any{"note": text, "waited": c.Waited, "request_id": c.RequestID}, nil
}

// parkFor waits for an hour of world time.
func (l *lab) parkFor(c *Call) (any, error) {
	l.parking <- c.Waited
	if c.Now.Before(monday.Add(time.Hour)) {
		return nil, Park{Patience: time.Hour}
	}
	return map[string]any{"now": c.Now}, nil
}

// answer is a reply as the client sees it.
type answer struct {
	Status int
	Header http.Header
	Body   string
	Fields map[string]any
}

// text returns a member that is a string.
func (a answer) text(name string) string {
	s, _ := a.Fields[name].(string)
	return s
}

// request makes a POST with a body and headers in pairs of name and value.
func (l *lab) request(path, body string, header ...string) *http.Request {
	l.t.Helper()
	req, err := http.NewRequestWithContext(l.t.Context(), http.MethodPost, l.http.URL+path, strings.NewReader(body))
	require.NoError(l.t, err)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return req
}

// do sends a request. It may be called from any goroutine.
func (l *lab) do(req *http.Request) (answer, error) {
	got, err := l.http.Client().Do(req)
	if err != nil {
		return answer{}, err
	}
	text, err := io.ReadAll(got.Body)
	if err := got.Body.Close(); err != nil {
		return answer{}, err
	}
	out := answer{Status: got.StatusCode, Header: got.Header, Body: string(text)}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	if dec.Decode(&out.Fields) != nil {
		out.Fields = nil
	}
	return out, err
}

// post is request and do.
func (l *lab) post(path, body string, header ...string) answer {
	l.t.Helper()
	out, err := l.do(l.request(path, body, header...))
	require.NoError(l.t, err)
	return out
}

// later sends a request without waiting for its answer.
func (l *lab) later(req *http.Request) <-chan answer {
	done := make(chan answer, 1)
	go func() {
		defer close(done)
		if out, err := l.do(req); err == nil {
			done <- out
		}
	}()
	return done
}

// in does something with a world.
func (l *lab) in(name string, do func(*world.World)) {
	l.t.Helper()
	w, err := l.Worlds.Take(name, false)
	require.NoError(l.t, err)
	defer w.Give()
	do(w)
	w.Commit()
}

// rule adds a rule to the default world.
func (l *lab) rule(r scenario.Rule) {
	l.t.Helper()
	l.in(DefaultWorld, func(w *world.World) {
		_, err := rules.Add(w, r)
		require.NoError(l.t, err)
	})
}

// entries are the journal's, oldest first.
func (l *lab) entries() []Entry {
	entries, _ := l.Journal.Read(Filter{})
	return entries
}
