package api

import (
	"encoding/json"
	"fmt"
	"time"

	"tweed/emulator/internal/world"
)

// Call is one request on its way through an operation. It has what an operation may
// know: no HTTP, no lock, no scenario and no real time.
type Call struct {
	Op        *Op
	World     *world.World
	Now       time.Time // the world's time
	Client    Client
	Version   string // the API version that the client speaks
	BaseURL   string // where the caller reached Tweed, without a slash at the end
	RequestID string
	Body      Body
	Params    map[string]string // values in the path
	Waited    bool              // a Park of this call has come to the end of its patience

	req   *Request
	memo  map[string]any
	notes []string
	fates []string
}

// Header returns a header of the request.
func (c *Call) Header(name string) string { return c.req.Header.Get(name) }

// Query returns the part of the address behind the "?".
func (c *Call) Query() string { return c.req.Query }

// Host returns the host name that the request was sent to, with its port if it has one.
func (c *Call) Host() string { return c.req.Host }

// Keep remembers a value under a name for the rest of the call, so that a check and the
// operation need not look the same token up twice.
func (c *Call) Keep(name string, value any) {
	if c.memo == nil {
		c.memo = map[string]any{}
	}
	c.memo[name] = value
}

// Kept returns what Keep remembered.
func (c *Call) Kept(name string) (any, bool) {
	value, ok := c.memo[name]
	return value, ok
}

// Note adds a remark to the call's entry in the journal.
func (c *Call) Note(format string, args ...any) {
	c.notes = append(c.notes, fmt.Sprintf(format, args...))
}

// Decided says that a scenario's rule decided what becomes of a transfer that the call
// makes, for the journal and for verifications.
func (c *Call) Decided(rule string) { c.fates = append(c.fates, rule) }

// Park is what an operation returns as its error to be run again later: when the world
// changes, or when its patience ends, whichever is first.
type Park struct {
	// Patience is how long the client wants to wait, in wall time.
	Patience time.Duration
	// Changed is closed when it is worth another look. Nil is any change of the world.
	Changed <-chan struct{}
}

// Error makes Park travel as an operation's error. A client never sees it.
func (p Park) Error() string { return "parked for " + p.Patience.String() }

// Body is a decoded request body: an object and the JSON text of it.
type Body struct {
	Raw    []byte
	Fields map[string]any // numbers are json.Number
}

// Into decodes the body into a struct.
func (b Body) Into(v any) error {
	if len(b.Raw) == 0 {
		return nil
	}
	return json.Unmarshal(b.Raw, v)
}

// Text returns a field that is a string.
func (b Body) Text(name string) string {
	s, _ := b.Fields[name].(string)
	return s
}

// FromFields makes a Body of fields that did not come as JSON (a form, a query).
func FromFields(fields map[string]any) Body {
	raw, err := json.Marshal(fields)
	if err != nil { // strings and nulls always marshal
		raw = []byte("{}")
	}
	return Body{Raw: raw, Fields: fields}
}
