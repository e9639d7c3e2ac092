package api

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// Entry is one request and its reply as the journal keeps them. Secrets are taken out
// when an entry is read (see Redact).
type Entry struct {
	Seq     uint64    // over all worlds, in the order of commit
	N       uint64    // within the world, from 1
	World   string    // the world's name
	Time    time.Time // the world's time
	Family  string
	Op      string // the operation id, "" for a path that is none
	Method  string
	Base    string // where the caller reached Tweed, without a slash at the end
	Host    string // that the caller sent it to
	Path    string
	Route   string // the path as the contract has it: what varies stands in braces
	Query   string
	Client  string   // client_id or user name, without the world's name
	Status  int      // 0 when no status line went out
	Fault   string   // what a rule did to the reply on the wire, "" if none did
	Code    string   // the error's code, "" on success
	Type    string   // the error's type
	Rule    string   // the scenario rule that changed the reply, "" if none did
	Fates   []string // the rules that decided what becomes of transfers that the call made
	Passed  []string // the rules that matched the call and let it pass
	Notes   []string
	Sent    http.Header // of the request; not to be changed
	Request []byte
	Reply   []byte
	Headers []Header // of the reply
	About   About    // what the call was about, nil for one that is no operation
	Attempt uint64   // the fact of this name, 0 for none
	Turn    uint64   // its place among what came to the world, see world.World.Turn
	Waited  *Arrival // when a call that waited came, nil for one that did not

	bore  string // the header Authorization as it came, for Bore
	facts *Facts // see Fact
	cost  int    // see size; set when it enters the journal
}

// Arrival is when a call came that waited for its reply.
type Arrival struct {
	Turn uint64
	Time time.Time // the world's time
}

// What an entry costs beside its bodies, in bytes: itself with what it is about and its
// place in the ring, and each header.
const (
	entryOverhead  = 928
	headerOverhead = 48
)

// size is what the entry costs, in bytes.
func (e *Entry) size() int {
	n := len(e.Request) + len(e.Reply) + entryOverhead
	for name, values := range e.Sent {
		n += headerOverhead + len(name)
		for _, value := range values {
			n += len(value)
		}
	}
	return n
}

// Rules are all rules that acted on the call.
func (e *Entry) Rules() []string {
	if e.Rule == "" {
		return e.Fates
	}
	return append([]string{e.Rule}, e.Fates...)
}

// Fact answers what a rule's where asks, as things were when the call came. It is for an
// entry that Read returned.
func (e *Entry) Fact(name string) (any, bool) {
	if e.facts == nil {
		e.facts = e.open()
		e.facts.fields = e.decode()
	}
	return e.facts.Fact(name)
}

// open are the facts of the entry without the fields of the request.
func (e *Entry) open() *Facts {
	return &Facts{world: e.World, client: e.Client, found: e.Client != "", attempt: e.Attempt, about: e.About}
}

func (e *Entry) decode() map[string]any {
	text := e.Query
	if len(e.Request) > 0 {
		if body, err := DecodeJSON(&Request{Body: e.Request}); err == nil {
			return body.Fields
		}
		text = string(e.Request)
	}
	fields := map[string]any{}
	values, _ := url.ParseQuery(text) // what can be read of it
	for name := range values {
		fields[name] = values.Get(name)
	}
	return fields
}

// Bore says whether the call came with a token that Tweed has made in its header
// Authorization, and what stood before the token there: "Bearer ". It is for an entry that
// Read returned.
func (e *Entry) Bore(token string) (before string, ok bool) {
	before, ok = strings.CutSuffix(strings.TrimSpace(e.bore), token)
	if ok = ok && token != "" && scheme.MatchString(before); !ok {
		return "", false
	}
	return before, true
}

// scheme is what real clients put before a token. Anything else might be a secret.
var scheme = regexp.MustCompile(`(?i)^(?:(?:bearer|authorization:) *){0,2}$`)

// redacted is the entry without the client's secrets.
func (e *Entry) redacted() Entry {
	out := *e
	out.Sent = RedactHeader(e.Sent)
	out.bore = e.Sent.Get("Authorization")
	out.Request = Redact(e.Request)
	out.Query = RedactQuery(e.Query)
	return out
}
