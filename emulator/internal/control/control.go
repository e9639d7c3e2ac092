// Package control is Tweed's own API under /_tweed/: worlds, clock, scenario, rules and
// journal. It runs through the same pipeline as the vendors' calls.
package control

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/casefile"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

// Prefix is where the control API lives.
const Prefix = "/_tweed/"

// API is the control API with what it controls.
type API struct {
	Worlds  *world.Worlds
	Journal *api.Journal
	// Config returns what a world starts from under a scenario.
	Config func(*scenario.Scenario) (world.Config, error)
	// Try makes a world under a scenario and forgets it: the error is what Config and the world's
	// set-up say.
	Try func(*scenario.Scenario) error
	// Shipped returns a scenario that comes with Tweed.
	Shipped func(name string) (*scenario.Scenario, error)
	// Trigger sends a webhook as a JSON object says, and returns what it was.
	Trigger func(w *world.World, text []byte) (Triggered, error)
	// Schema returns the JSON Schema of scenario files.
	Schema  func() []byte
	Version string
	// Errors returns the rows that a name means, all for an empty one: what "tweed errors --json"
	// prints. The error says what would be right.
	Errors func(name string) (any, error)
	// Operations returns what "tweed routes --json" prints.
	Operations func() any
	// ShippedAll returns names and abouts of the scenarios that come with Tweed.
	ShippedAll func() any
	// Vendors' operations follow Tweed's own.
	Vendors []Operation
	// Options are those that a case names.
	Options casefile.Options
	// Stop is closed when the server stops: who follows the journal ends then.
	Stop <-chan struct{}
	// Heartbeat is the pause after which a follower hears that nothing came. Zero is 15 s
	// of wall time.
	Heartbeat time.Duration
}

var (
	errNotFound = catalogue.Must(catalogue.Tweed, "TWEED_NOT_FOUND")
	errMethod   = catalogue.Must(catalogue.Tweed, "TWEED_METHOD")
	errBad      = catalogue.Must(catalogue.Tweed, "TWEED_BAD_REQUEST")
	errScenario = catalogue.Must(catalogue.Tweed, "TWEED_SCENARIO")
	errState    = catalogue.Must(catalogue.Tweed, "TWEED_STATE")
)

// operation is one row of the control API's table.
type operation struct {
	method, path, about string
	run                 func(*api.Call) (any, error)
}

// Operation is what a vendor lets the control API do with a world.
type Operation struct {
	// Method is GET, POST or DELETE. What a POST or a DELETE changes is kept for cases, whose
	// form has to know the path.
	Method string
	// Path follows worlds/{world}/; what varies stands in braces.
	Path string
	// About is its line in the list of operations.
	About string
	// Run answers.
	Run func(*api.Call) (any, error)
}

// table lists the control API. A path under worlds/{world} also exists without that
// part, for the world of the header Tweed-World or the default one. What changes a world as
// a vendor's call might is kept: a case has it.
func (a *API) table() []operation {
	const w = "worlds/{world}/"
	rows := []operation{
		{"GET", "health", "is Tweed up?", a.health},
		{"GET", "worlds", "the names of all worlds", a.listWorlds},
		{"GET", "worlds/{world}", "one world: clock, seed, number of records", a.showWorld},
		{"DELETE", "worlds/{world}", "forget a world", a.removeWorld},
		{"POST", w + "reset", "back to the seed", a.reset},
		{"GET", w + "export", "all records as JSON", a.export},
		{"POST", w + "import", "replace all records by an export", a.load},
		{"GET", w + "clock", "what time is it?", a.showClock},
		{
			"POST", w + "clock", `{"advance": "48h"}, {"advance": "5 banking days"}, {"to": TIME}, {"run": "60x"}`,
			kept(a.moveClock),
		},
		{"GET", w + "scenario", "the scenario, as YAML", a.showScenario},
		{"PUT", w + "scenario", "start again under another one: YAML, or a name of \"tweed scenarios\"", a.putScenario},
		{"GET", "scenarios", "the scenarios that come with Tweed; ?name= for the YAML of one", a.listScenarios},
		{
			"POST", "scenarios/check",
			"what is wrong with a scenario, and what it is warned of: YAML; changes nothing; ?file= is its name in messages",
			a.checkScenario,
		},
		{"GET", w + "rules", "the rules that were added, and how often each rule acted, the scenario's too", a.listRules},
		{"POST", w + "rules", "add a rule: YAML or JSON; ?file= is its name in messages", kept(a.addRule)},
		{"DELETE", w + "rules/{rule}", "take an added rule away", kept(a.removeRule)},
		{
			"POST", w + "link", "Link without a browser: link_token or products; institution, user, password, accounts, " +
				"responses, numbers, code, exit", kept(a.link),
		},
		{"POST", w + "verify", "compare the calls that came with calls and in_order of the body: YAML or JSON", a.verify},
		{
			"POST", w + "webhooks", `send a webhook: {"webhook": "ITEM.ERROR", "item": "alice"}, also access_token, ` +
				`processor_token, to (URL), set ({"error.error_code": CODE}), data (members)`, kept(a.trigger),
		},
		{"GET", w + "outbox", "webhooks: what became of each, and its attempts", a.outbox},
		{"GET", w + "outbox/{n}", "one webhook", a.message},
		{"POST", w + "outbox/{n}/resend", "send a webhook once more", a.resend},
		{"POST", w + "outbox/settle", "wait until no webhook is due", a.settle},
		{"GET", w + "case", "a zip with what is needed to see again what happened; ?name= is its name there", a.saveCase},
		{"GET", "errors", "the errors that can be forced, and the Nacha codes; ?name= for one", a.listErrors},
		{"GET", "operations", "the vendors' operations: depth, and errors that they meet", a.listOperations},
		{"GET", "schema", "the JSON Schema of scenario files, for editors", a.schema},
		{
			"GET", "journal", "calls: ?world= &path= &op= &code= &client= &family= &status= &rule= &account= &client_user_id= " +
				"&external_transfer_id= &since= &last=; format=har for a HAR; follow=true for server-sent events", a.readJournal,
		},
		{"DELETE", "journal", "forget calls: ?world=", a.clearJournal},
		{"GET", "", "this list; the console for those who take text/html", a.list},
	}
	for _, v := range a.Vendors {
		run := v.Run
		if v.Method != http.MethodGet {
			run = kept(run)
		}
		rows = append(rows, operation{v.Method, w + v.Path, v.About, run})
	}
	return rows
}

// Family returns the control API's dialect. It has no facts: no rule acts on it, and the
// journal leaves it out.
func (a *API) Family() *api.Family {
	router := a.router()
	return &api.Family{
		Name: "control",
		Route: func(method, path string) (*api.Op, map[string]string, error) {
			return route(router, method, path)
		},
		Decode: func(req *api.Request) (api.Body, error) { return api.Body{Raw: req.Body}, nil },
		Client: func(req *api.Request, _ api.Body) api.Client {
			return api.Client{World: worldIn(req.Path), Found: true}
		},
		Write: write,
	}
}

// router matches the table's paths. mux gives the values in them.
func (a *API) router() *mux.Router {
	router := mux.NewRouter().SkipClean(true)
	for _, row := range a.table() {
		op := &api.Op{
			ID: row.method + " " + Prefix + row.path, Method: row.method, Path: Prefix + row.path,
			Depth: api.Stateful, Run: row.run,
		}
		for _, path := range both(row.path) {
			router.Path(Prefix + path).Methods(row.method).Handler(operationOf{op})
		}
	}
	return router
}

// both are a path's forms: with its world, and for the world that the request names
// otherwise.
func both(path string) []string {
	if short, ok := strings.CutPrefix(path, "worlds/{world}/"); ok {
		return []string{path, short}
	}
	return []string{path}
}

// operationOf carries an operation through mux, which is only asked to match.
type operationOf struct{ op *api.Op }

// ServeHTTP makes an operationOf a handler; nobody calls it.
func (operationOf) ServeHTTP(http.ResponseWriter, *http.Request) {}

func route(router *mux.Router, method, path string) (*api.Op, map[string]string, error) {
	req, err := http.NewRequest(method, "http://control", nil) //nolint:noctx // only matched, never sent
	if err != nil {
		return nil, nil, errBad.New("text", "the method "+method+" is none")
	}
	req.URL.Path = path
	var match mux.RouteMatch
	if router.Match(req, &match) {
		if found, ok := match.Handler.(operationOf); ok {
			return found.op, match.Vars, nil
		}
	}
	if allowed := methodsOf(router, req); len(allowed) > 0 {
		return nil, nil, errMethod.New("path", path, "method", method, "allowed", strings.Join(allowed, ", "))
	}
	return nil, nil, errNotFound.New("path", path)
}

func methodsOf(router *mux.Router, req *http.Request) []string {
	var allowed []string
	for _, method := range []string{"GET", "POST", "PUT", "DELETE"} {
		req.Method = method
		var match mux.RouteMatch
		if router.Match(req, &match) {
			if _, ok := match.Handler.(operationOf); ok {
				allowed = append(allowed, method)
			}
		}
	}
	return allowed
}

// worldIn returns the world that an escaped path names, "" for none.
func worldIn(path string) string {
	rest, ok := strings.CutPrefix(path, Prefix+"worlds/")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	if plain, err := url.PathUnescape(name); err == nil {
		return plain
	}
	return name
}

func write(c *api.Call, answer any, err *catalogue.Error) api.Reply {
	security := []api.Header{
		{Name: "X-Content-Type-Options", Value: "nosniff"}, {Name: "Cache-Control", Value: "no-store"},
	}
	if err != nil {
		reply := api.TweedError(c, err)
		reply.Header = append(reply.Header, security...)
		return reply
	}
	if raw, ok := answer.(api.Raw); ok {
		header := append([]api.Header{{Name: "Content-Type", Value: raw.Type}}, security...)
		return api.Reply{Status: 200, Header: header, Body: raw.Body}
	}
	return api.JSONReply(200, answer, security...)
}
