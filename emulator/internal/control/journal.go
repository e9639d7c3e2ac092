package control

import (
	"strconv"
	"time"

	"tweed/emulator/internal/api"
)

type messageBody struct {
	At      string            `json:"at"`
	Kind    string            `json:"kind"`
	Target  string            `json:"target"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
	Status  string            `json:"status"`
}

type outboxBody struct {
	Messages []messageBody `json:"messages"`
}

func (a *API) outbox(c *api.Call) (any, error) {
	out := outboxBody{Messages: []messageBody{}}
	for _, m := range c.World.Outbox() {
		out.Messages = append(out.Messages, messageBody{
			At: m.At.Format(time.RFC3339Nano), Kind: m.Kind, Target: m.Target,
			Headers: m.Headers, Body: string(m.Body), Status: m.Status,
		})
	}
	return out, nil
}

type entryBody struct {
	Seq     uint64   `json:"seq"`
	N       uint64   `json:"n"`
	World   string   `json:"world"`
	Time    string   `json:"time"`
	Family  string   `json:"family"`
	Op      string   `json:"op,omitempty"`
	Method  string   `json:"method"`
	Base    string   `json:"base"`
	Path    string   `json:"path"`
	Query   string   `json:"query,omitempty"`
	Client  string   `json:"client,omitempty"`
	Status  int      `json:"status"`
	Fault   string   `json:"fault,omitempty"`
	Code    string   `json:"code,omitempty"`
	Rule    string   `json:"rule,omitempty"`
	Notes   []string `json:"notes,omitempty"`
	Request string   `json:"request"`
	Reply   string   `json:"reply"`
}

type journalBody struct {
	Calls []entryBody `json:"calls"`
	Gone  uint64      `json:"gone"` // calls that left the journal for want of room
}

func (a *API) readJournal(c *api.Call) (any, error) {
	q := queryOf(c)
	f := api.Filter{
		World: q.Get("world"), Path: q.Get("path"), Op: q.Get("op"), Code: q.Get("code"), Client: q.Get("client"),
	}
	if text := q.Get("since"); text != "" {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return nil, errBad.New("text", "since="+text+" is no number; give the seq of a call")
		}
		f.Since = n
	}
	if text := q.Get("last"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return nil, errBad.New("text", "last="+text+" is no number of calls")
		}
		f.Last = n
	}
	entries, gone := a.Journal.Read(f)
	out := journalBody{Calls: make([]entryBody, len(entries)), Gone: gone}
	for i, e := range entries {
		out.Calls[i] = entryBody{
			Seq: e.Seq, N: e.N, World: e.World, Time: e.Time.Format(time.RFC3339Nano), Family: e.Family, Op: e.Op,
			Method: e.Method, Base: e.Base, Path: e.Path, Query: e.Query, Client: e.Client, Status: e.Status, Fault: e.Fault,
			Code: e.Code,
			Rule: e.Rule, Notes: e.Notes, Request: string(e.Request), Reply: string(e.Reply),
		}
	}
	return out, nil
}

func (a *API) clearJournal(c *api.Call) (any, error) {
	name := queryOf(c).Get("world")
	a.Journal.Clear(name)
	return doneBody{"the journal is empty"}, nil
}
