// Package casefile is the form of a case: a zip with what is needed to see a thing again. It
// writes and reads cases, makes their requests anew and compares replies. Replaying them is
// up to package emulator.
package casefile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"tweed/emulator/internal/world"
)

// Form is the version of the form. A case of another one is not read.
const Form = 1

// Case is one world from its beginning to a moment.
type Case struct {
	About
	// Scenario is YAML, its secrets redacted.
	Scenario []byte
	// Start is what the world began with, if that was an import; secrets redacted. Nil is the
	// scenario.
	Start *world.Export
	Calls []Call // in the order of Turn
	Moves []Move // in the order of Turn
}

// About is the member case.json.
type About struct {
	Form    int     `json:"tweed_case"`
	Version string  `json:"tweed"` // of Tweed
	Name    string  `json:"name"`
	World   string  `json:"world"`
	Seed    uint64  `json:"seed"`
	Clock   Clock   `json:"clock"`
	Options Options `json:"options"`
}

// Clock is how world time began and ran. A replay has a manual clock that it moves to the
// recorded times.
type Clock struct {
	Start time.Time `json:"start"`
	Run   string    `json:"run"`
}

// Options are those of the emulator that replies depend on.
type Options struct {
	Strict    bool   `json:"strict"`
	MinDepth  string `json:"min_depth"`
	PublicURL string `json:"public_url"`
	BodyBytes int64  `json:"body_bytes"`
}

// Call is one request and its reply: a line of calls.jsonl.
type Call struct {
	N         uint64            `json:"n"`    // as in the journal
	Turn      uint64            `json:"turn"` // its place among calls and moves
	Time      time.Time         `json:"time"` // the world's
	Came      *Came             `json:"came,omitempty"`
	Family    string            `json:"family"`
	Operation string            `json:"op,omitempty"`
	Method    string            `json:"method"`
	Base      string            `json:"base"`
	Host      string            `json:"host"`
	Path      string            `json:"path"`
	Query     string            `json:"query,omitempty"`
	Sent      map[string]string `json:"request_headers"` // those that Tweed reads
	Token     *Token            `json:"token,omitempty"`
	Body      Text              `json:"request"`
	Status    int               `json:"status"` // 0 when no status line went out
	Fault     string            `json:"fault,omitempty"`
	Code      string            `json:"code,omitempty"`
	Rule      string            `json:"rule,omitempty"`
	Fates     []string          `json:"transfer_rules,omitempty"`
	Notes     []string          `json:"notes,omitempty"`
	Headers   []Header          `json:"reply_headers"`
	Reply     Text              `json:"reply"`
}

// Came says when a call came that waited for its reply. Turn and Time are those of its end.
type Came struct {
	Turn uint64    `json:"turn"`
	Time time.Time `json:"time"`
}

// Token is what stood in the redacted header Authorization, where Tweed has made it: the
// reply of the call Of, or the session of that id in what the world began with.
type Token struct {
	Before  string `json:"before,omitempty"` // the text before it: "Bearer "
	Of      uint64 `json:"of_call,omitempty"`
	Session string `json:"session,omitempty"`
}

// Header is one header line of a reply.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Move is a change of the world that no vendor's call made: a line of moves.jsonl.
type Move struct {
	Turn  uint64    `json:"turn"`
	After uint64    `json:"after_call"` // the n of the call before it, 0 for none
	Time  time.Time `json:"time"`       // the world's, after it
	What  string    `json:"what"`       // method and path of the control API, without the world
	Body  Text      `json:"body"`
}

// Title names the call in messages.
func (c *Call) Title() string { return fmt.Sprintf("call %d: %s %s", c.N, c.Method, c.Path) }

// Text is a body. In JSON it is a text, or {"base64": ...} where it is no UTF-8.
type Text []byte

type binary struct {
	Base64 []byte `json:"base64"`
}

// MarshalJSON writes the body.
func (t Text) MarshalJSON() ([]byte, error) {
	if !utf8.Valid(t) {
		return json.Marshal(binary{t})
	}
	return encode(string(t))
}

// UnmarshalJSON reads the body.
func (t *Text) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(data, []byte("{")) {
		var b binary
		err := json.Unmarshal(data, &b)
		*t = b.Base64
		return err
	}
	var text string
	err := json.Unmarshal(data, &text)
	*t = Text(text)
	return err
}

// encode writes compact JSON that leaves "<" and ">" as they are.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimRight(b.Bytes(), "\n"), err
}
