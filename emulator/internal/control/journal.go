package control

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/spell"
	"tweed/emulator/scenario"
)

type entryBody struct {
	Seq     uint64         `json:"seq"`
	N       uint64         `json:"n"`
	World   string         `json:"world"`
	Time    string         `json:"time"`
	Family  string         `json:"family"`
	Op      string         `json:"op,omitempty"`
	Method  string         `json:"method"`
	Base    string         `json:"base"`
	Path    string         `json:"path"`
	Query   string         `json:"query,omitempty"`
	Client  string         `json:"client,omitempty"`
	Status  int            `json:"status"`
	Fault   string         `json:"fault,omitempty"`
	Code    string         `json:"code,omitempty"`
	Rule    string         `json:"rule,omitempty"`
	Fates   []string       `json:"transfer_rules,omitempty"` // decided what becomes of transfers that the call made
	Notes   []string       `json:"notes,omitempty"`
	Facts   map[string]any `json:"facts,omitempty"` // what the call was about
	Sent    http.Header    `json:"request_headers"`
	Request string         `json:"request"`
	Headers []headerBody   `json:"reply_headers"`
	Reply   string         `json:"reply"`
}

type headerBody struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type journalBody struct {
	Calls []entryBody `json:"calls"`
	// Gone are calls that left the journal for want of room and might have been among
	// these: of the world that was asked for, whatever the other filters.
	Gone uint64 `json:"gone"`
}

// readJournal answers with the calls that a query chooses, as JSON or as HAR.
func (a *API) readJournal(c *api.Call) (any, error) {
	q, err := journalQueryOf(queryOf(c))
	if err != nil {
		return nil, err
	}
	if q.follow { // a GET that is followed does not come here
		return nil, errBad.New("text", "follow=true is for GET")
	}
	entries, gone := a.Journal.Read(q.filter)
	if q.format == formatHAR {
		return a.har(entries, gone), nil
	}
	out := journalBody{Calls: make([]entryBody, len(entries)), Gone: gone}
	for i := range entries {
		out.Calls[i] = bodyOf(&entries[i])
	}
	return out, nil
}

func bodyOf(e *api.Entry) entryBody {
	out := entryBody{
		Seq: e.Seq, N: e.N, World: e.World, Time: e.Time.Format(time.RFC3339Nano), Family: e.Family, Op: e.Op,
		Method: e.Method, Base: e.Base, Path: e.Path, Query: e.Query, Client: e.Client, Status: e.Status, Fault: e.Fault,
		Code: e.Code,
		Rule: e.Rule, Fates: e.Fates, Notes: e.Notes, Sent: e.Sent, Request: string(e.Request), Reply: string(e.Reply),
		Facts: map[string]any{}, Headers: make([]headerBody, len(e.Headers)),
	}
	for _, name := range scenario.FactsOf(e.Family) {
		if value, ok := e.Fact(name); ok && value != nil && name != "world" && name != "client_id" {
			out.Facts[name] = value
		}
	}
	for i, h := range e.Headers {
		out.Headers[i] = headerBody(h)
	}
	return out
}

func (a *API) clearJournal(c *api.Call) (any, error) {
	name := queryOf(c).Get("world")
	a.Journal.Clear(name)
	return doneBody{"the journal is empty"}, nil
}

// The forms in which the journal is read.
const (
	formatJSON = "json"
	formatHAR  = "har"
)

// journalQuery is what a reader of the journal asks for.
type journalQuery struct {
	filter api.Filter
	follow bool
	resume bool // since was given
	format string
}

// factParams are the facts by which several tests in one world tell their calls apart.
var factParams = []string{"account", "client_user_id", "external_transfer_id"}

// journalParams are the parameters of a reader of the journal.
var journalParams = append([]string{
	"client", "code", "family", "follow", "format", "last", "op", "path", "rule", "since", "status", "world",
}, factParams...)

// journalQueryOf reads a query. A parameter that is none, or whose value cannot be, is
// TWEED_BAD_REQUEST: a filter that is silently left out would choose too much.
func journalQueryOf(values url.Values) (journalQuery, error) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if slices.Contains(journalParams, name) {
			continue
		}
		help := "there are " + strings.Join(journalParams, ", ")
		if near := spell.Nearest(name, journalParams); near != "" {
			help = "did you mean " + near + "?"
		}
		return journalQuery{}, errBad.New("text", "the journal has no parameter "+strconv.Quote(name)+"; "+help)
	}
	q := journalQuery{format: cmp.Or(values.Get("format"), formatJSON), resume: values.Get("since") != ""}
	q.filter = api.Filter{
		Webhooks: true, World: values.Get("world"), Path: values.Get("path"), Op: values.Get("op"), Code: values.Get("code"),
		Client: values.Get("client"), Rule: values.Get("rule"), Family: values.Get("family"), Facts: map[string]string{},
	}
	for _, name := range factParams {
		if value := values.Get(name); value != "" {
			q.filter.Facts[name] = value
		}
	}
	var problems []string
	read := func(name, wanted string, set func(text string) error) {
		if text := values.Get(name); text != "" && set(text) != nil {
			problems = append(problems, name+"="+text+" is no "+wanted)
		}
	}
	read("since", "number; give the seq of a call", func(text string) (err error) {
		q.filter.Since, err = strconv.ParseUint(text, 10, 64)
		return err
	})
	read("last", "number of calls", func(text string) (err error) {
		q.filter.Last, err = positive(text)
		return err
	})
	read("status", "HTTP status", func(text string) (err error) {
		q.filter.Status, err = positive(text)
		return err
	})
	read("follow", "yes or no; write true or false", func(text string) (err error) {
		q.follow, err = strconv.ParseBool(text)
		return err
	})
	if q.format != formatJSON && (q.format != formatHAR || q.follow) {
		problems = append(problems, "format="+q.format+" is no form; it is json or har, and json to follow")
	}
	if len(problems) > 0 {
		return journalQuery{}, errBad.New("text", strings.Join(problems, "; "))
	}
	return q, nil
}

func positive(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err == nil && n < 1 {
		err = strconv.ErrRange
	}
	return n, err
}
