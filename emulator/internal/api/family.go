// Package api is the one way that every request of every vendor goes. A Family says how
// one vendor's dialect differs; the pipeline does the rest: it finds the world, asks the
// scenario, runs the checks and the operation, writes the journal and the reply.
package api

import (
	"net/http"

	"tweed/emulator/internal/catalogue"
)

// Family is what differs between vendors' dialects.
type Family struct {
	// Name of the family: "plaid", "legacy", "link", "legit", "sentinel", "ale", "control".
	Name string
	// Route finds the operation of a request and the values in its path.
	Route func(method, path string) (*Op, map[string]string, error)
	// Decode reads the body (or the query) into fields.
	Decode func(*Request) (Body, error)
	// Client finds the credentials in the request.
	Client func(*Request, Body) Client
	// Checks are what the vendor looks at before the operation, in the vendor's order.
	// The first error wins.
	Checks []func(*Call) error
	// About looks up what a call is about, for what a scenario's "where" may ask of it.
	About func(c *Call) About
	// Write turns an answer, or an error if it is not nil, into bytes.
	Write func(c *Call, answer any, err *catalogue.Error) Reply
}

// vendor tells a vendor's dialect from Tweed's own control API, which has nothing that a rule could ask: no
// rule acts on it, the journal leaves it out, and it moves no clock and no counter of a
// world by itself.
func (f *Family) vendor() bool { return f.About != nil }

// About is what a call is about. It is looked up before the call changes anything, and what
// it answers does not change afterwards: the journal keeps it.
type About interface {
	// Fact returns a resolved fact, see scenario.KnownFacts.
	Fact(name string) (value any, ok bool)
	// Subject names it, "" for nothing in particular: calls are counted by it for the fact
	// attempt.
	Subject() string
}

// Nothing is what calls are about that no other fact than those of any call tells apart.
type Nothing struct{}

// Fact returns none.
func (Nothing) Fact(string) (any, bool) { return nil, false }

// Subject is that of all such calls.
func (Nothing) Subject() string { return "" }

// Depth says how deep an operation goes.
type Depth string

// The depths. None means that the operation answers TWEED_NOT_IMPLEMENTED.
const (
	Stateful Depth = "stateful" // behaves; every field traces to the world
	Shaped   Depth = "shaped"   // checked, tokens resolved, answer built from the contract's example
	None     Depth = "none"
)

// Op is one operation of a vendor.
type Op struct {
	ID     string // the vendor's operation id, for example itemPublicTokenExchange
	Method string
	Path   string // with {name} for what varies
	Depth  Depth
	Run    func(*Call) (any, error)
}

// Handle turns a function of a typed request into an Op's Run. The body is decoded into
// Req after the family's checks have passed.
func Handle[Req, Resp any](run func(*Call, Req) (Resp, error)) func(*Call) (any, error) {
	return func(c *Call) (any, error) {
		var req Req
		if err := c.Body.Into(&req); err != nil {
			return nil, errBadRequest.New("text", err.Error())
		}
		return run(c, req)
	}
}

// Client is who calls, as the request says it.
type Client struct {
	ID     string // client_id or user name, without the world's name
	Secret string
	World  string // what follows the last @ of the id; "" without one
	Found  bool   // the request carries credentials
	Strict string // the id as it was sent
}

// Request is a request before a world is found.
type Request struct {
	Method string
	Path   string
	Query  string
	Header http.Header
	Host   string
	Body   []byte
}

// Reply is an answer before it is written to the wire.
type Reply struct {
	Status int
	Header []Header
	Body   []byte
	Length int // that is announced, where a fault cuts the body; 0 = that of Body
}

// Header is one header line of a reply. Replies have few, and a slice keeps their order.
type Header struct{ Name, Value string }

// Raw is an answer that is not JSON.
type Raw struct {
	Type   string // the Content-Type
	Body   []byte
	Header []Header // further headers
}

// Tweed's own refusals.
var (
	errBadRequest     = catalogue.Must(catalogue.Tweed, "TWEED_BAD_REQUEST")
	errBadWorldName   = catalogue.Must(catalogue.Tweed, "TWEED_BAD_WORLD_NAME")
	errBodyTooLarge   = catalogue.Must(catalogue.Tweed, "TWEED_BODY_TOO_LARGE")
	errNotImplemented = catalogue.Must(catalogue.Tweed, "TWEED_NOT_IMPLEMENTED")
	errPanic          = catalogue.Must(catalogue.Tweed, "TWEED_PANIC")
	errShapedRefused  = catalogue.Must(catalogue.Tweed, "TWEED_SHAPED_REFUSED")
	errUnknownCode    = catalogue.Must(catalogue.Tweed, "TWEED_UNKNOWN_ERROR_CODE")
	errWorldLimit     = catalogue.Must(catalogue.Tweed, "TWEED_WORLD_LIMIT")
)
