package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/casefile"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/plaid"
	"tweed/emulator/internal/rules"
	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

var errCase = catalogue.Must(catalogue.Tweed, "TWEED_CASE")

// saveCase answers with the world's case. Errors: TWEED_CASE when the journal or the world does
// not have all that happened.
func (a *API) saveCase(c *api.Call) (any, error) {
	name := queryOf(c).Get("name")
	data, err := Case(c.World, a.Journal, name, a.Version, a.Options)
	if err != nil {
		return nil, errCase.New("world", c.World.Name(), "text", err.Error())
	}
	return api.Raw{Type: "application/zip", Body: data}, nil
}

// Case returns what is needed to see again what happened in a world, which is taken, since it
// began: at its start, its last reset, scenario or import. Secrets are redacted as in the
// journal. An empty name is that of the world. It returns an error when something of it is no
// longer known.
func Case(w *world.World, j *api.Journal, name, version string, options casefile.Options) ([]byte, error) {
	recorded := w.Recording()
	entries, err := recordedCalls(w, j, recorded)
	if err != nil {
		return nil, err
	}
	if name == "" {
		name = w.Name()
	}
	c := &casefile.Case{About: casefile.About{
		Form: casefile.Form, Version: version, Name: name, World: w.Name(), Seed: w.Seed(),
		Clock:   casefile.Clock{Start: recorded.Began, Run: recorded.Run.String()},
		Options: options,
	}}
	s, err := rules.Scenario(w)
	if err != nil {
		return nil, err
	}
	if c.Scenario, err = casefile.Scenario(s); err != nil {
		return nil, err
	}
	if recorded.Start != nil {
		if c.Start, err = casefile.Start(*recorded.Start); err != nil {
			return nil, err
		}
		if c.Clock, err = clockIn(*recorded.Start); err != nil {
			return nil, err
		}
	}
	c.Calls = callsOf(entries, recorded.Start)
	c.Moves = movesOf(recorded.Moves, c.Calls)
	return c.Encode()
}

// recordedCalls are all calls since the world began.
func recordedCalls(w *world.World, j *api.Journal, recorded world.Recording) ([]api.Entry, error) {
	const remedy = "make it larger (--journal-bytes, Options.JournalBytes), reset the world and do it again"
	switch {
	case j.Off():
		return nil, errors.New("the journal is switched off; start without --journal-bytes -1")
	case recorded.Calls == 0:
		return nil, errors.New("no calls came to it since it began; are they in another world? --world names one")
	case recorded.Lost > 0:
		return nil, fmt.Errorf("%d moves of its clock and rules were too many to remember; reset the world and do less",
			recorded.Lost)
	}
	entries, gone := j.Read(api.Filter{World: w.Name(), Since: recorded.First - 1})
	switch missing := recorded.Calls - uint64(len(entries)); {
	case missing == 0:
		return entries, nil
	case gone > 0:
		return nil, fmt.Errorf("%d of its %d calls have left the journal for want of room; %s",
			missing, recorded.Calls, remedy)
	default:
		return nil, fmt.Errorf("%d of its %d calls were cleared from the journal; reset the world and do it again",
			missing, recorded.Calls)
	}
}

// clockIn is the clock of an export.
func clockIn(e world.Export) (casefile.Clock, error) {
	now, run, err := e.Clock()
	return casefile.Clock{Start: now, Run: run.String()}, err
}

// callsOf are the journal's calls as a case has them.
func callsOf(entries []api.Entry, start *world.Export) []casefile.Call {
	tokens := givenTokens(start)
	calls := make([]casefile.Call, len(entries))
	for i := range entries {
		e := &entries[i]
		calls[i] = callOf(e)
		for n := len(tokens) - 1; n >= 0 && e.Sent.Get("Authorization") != ""; n-- {
			if before, ok := e.Bore(tokens[n].text); ok {
				given := tokens[n].Token
				given.Before = before
				calls[i].Token = &given
				break
			}
		}
		if e.Family == "legit" && e.Status == 200 && len(e.Reply) > 0 {
			tokens = append(tokens, givenToken{casefile.Token{Of: e.N}, string(e.Reply)})
		}
	}
	return calls
}

func callOf(e *api.Entry) casefile.Call {
	address := url.URL{Path: e.Path}
	call := casefile.Call{
		N: e.N, Turn: e.Turn, Time: e.Time, Family: e.Family, Operation: e.Op, Method: e.Method, Base: e.Base, Host: e.Host,
		Path: address.EscapedPath(), Query: e.Query, Sent: casefile.Sent(e.Sent), Body: e.Request, Status: e.Status,
		Fault: e.Fault, Code: e.Code, Rule: e.Rule, Fates: e.Fates, Notes: e.Notes, Reply: e.Reply,
		Headers: make([]casefile.Header, len(e.Headers)),
	}
	if e.Waited != nil {
		call.Came = &casefile.Came{Turn: e.Waited.Turn, Time: e.Waited.Time}
	}
	for i, h := range e.Headers {
		call.Headers[i] = casefile.Header(h)
	}
	return call
}

// givenToken is a token that Tweed has given out.
type givenToken struct {
	casefile.Token
	text string
}

// givenTokens are those of the sessions that an imported world begins with.
func givenTokens(start *world.Export) (tokens []givenToken) {
	if start == nil {
		return nil
	}
	for id := range start.Tables[casefile.SessionTable].Records {
		if text, ok := casefile.SessionToken(*start, id); ok {
			tokens = append(tokens, givenToken{casefile.Token{Session: id}, text})
		}
	}
	return tokens
}

func movesOf(moves []world.Move, calls []casefile.Call) []casefile.Move {
	out := make([]casefile.Move, len(moves))
	n := 0
	for i, m := range moves {
		for n < len(calls) && calls[n].Turn < m.Turn {
			n++
		}
		out[i] = casefile.Move{Turn: m.Turn, Time: m.At, What: m.What, Body: m.Data}
		if m.What == "POST rules" {
			out[i].Body = casefile.Rule(m.Data)
		}
		if n > 0 {
			out[i].After = calls[n-1].N
		}
	}
	return out
}

// kept runs an operation, and lets the world remember that it was changed by it.
func kept(run func(*api.Call) (any, error)) func(*api.Call) (any, error) {
	return func(c *api.Call) (any, error) {
		answer, err := run(c)
		if err == nil {
			path := strings.TrimPrefix(strings.TrimPrefix(c.Op.Path, Prefix), "worlds/{world}/")
			for name, value := range c.Params { // none has braces: they came escaped
				path = strings.ReplaceAll(path, "{"+name+"}", value)
			}
			c.World.Moved(c.Op.Method+" "+path, c.Body.Raw)
		}
		return answer, err
	}
}

// ClockMove lets a world remember a move of its clock that Go has made.
func ClockMove(w *world.World) {
	now := w.Now()
	moved(w, "POST clock", clockRequest{To: &now})
}

// RuleMove lets a world remember a rule that Go has added.
func RuleMove(w *world.World, rule scenario.Rule) { moved(w, "POST rules", rule) }

// TriggerMove lets a world remember a webhook that Go has triggered.
func TriggerMove(w *world.World, trigger json.RawMessage) { moved(w, "POST webhooks", trigger) }

// RuleRemoved lets a world remember that Go has taken a rule away.
func RuleRemoved(w *world.World, name string) { w.Moved("DELETE rules/"+url.PathEscape(name), nil) }

// LinkMove lets a world remember that Go has gone through Link.
func LinkMove(w *world.World, o plaid.HeadlessLink) { moved(w, "POST link", o) }

// moved remembers a call of the control API that would have done the same.
func moved(w *world.World, what string, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		panic("control: " + err.Error()) // bodies are our own types
	}
	w.Moved(what, text)
}
