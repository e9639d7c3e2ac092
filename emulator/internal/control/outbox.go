package control

import (
	"encoding/json"
	"errors"
	"maps"
	"strconv"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/world"
)

type messageBody struct {
	N       uint64            `json:"n"`
	At      string            `json:"at"`
	Kind    string            `json:"kind"`
	Name    string            `json:"name"`
	Target  string            `json:"target"`
	Headers map[string]string `json:"headers"` // signed with the world's time
	Body    string            `json:"body"`
	Decoded json.RawMessage   `json:"decoded,omitempty"` // the body, if it is JSON
	State   world.State       `json:"state"`
	Left    string            `json:"left,omitempty"`
	Due     string            `json:"due,omitempty"`
	Rule    string            `json:"rule,omitempty"`
	CopyOf  uint64            `json:"copy_of,omitempty"`
	About   map[string]string `json:"facts"`
	Tries   []attemptBody     `json:"attempts"`
}

type attemptBody struct {
	At     string `json:"at"`
	Status int    `json:"status,omitempty"`
	Error  string `json:"error,omitempty"`
}

type outboxBody struct {
	Messages []messageBody `json:"messages"`
}

// outbox answers with all webhooks, the oldest first.
func (a *API) outbox(c *api.Call) (any, error) {
	out := outboxBody{Messages: []messageBody{}}
	for _, m := range c.World.Outbox() {
		out.Messages = append(out.Messages, messageOf(&m))
	}
	return out, nil
}

func messageOf(m *world.Message) messageBody {
	out := messageBody{
		N: m.N, At: stamp(m.At), Kind: m.Kind, Name: m.Name, Target: m.Target, Headers: m.Headers, Body: string(m.Body),
		State: m.State, Left: stamp(m.Left), Rule: m.Rule, CopyOf: m.Copy, About: maps.Clone(m.About), Tries: []attemptBody{},
	}
	delete(out.About, "world") // its name is how the client came here
	if m.Due != nil {
		out.Due = stamp(*m.Due)
	}
	if json.Valid(m.Body) {
		out.Decoded = m.Body
	}
	for _, one := range m.Attempts {
		out.Tries = append(out.Tries, attemptBody{stamp(one.At), one.Status, one.Error})
	}
	return out
}

// stamp writes a time, "" for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// message answers with one webhook. Errors: TWEED_NOT_FOUND.
func (a *API) message(c *api.Call) (any, error) {
	n, _ := strconv.ParseUint(c.Params["n"], 10, 64) // 0 is no number of a message
	m, ok := c.World.Message(n)
	if !ok {
		return nil, errNotFound.New("path", "the webhook "+c.Params["n"])
	}
	return messageOf(&m), nil
}

// resend sends a webhook once more. Errors, in order of checking: TWEED_NOT_FOUND,
// TWEED_BAD_REQUEST where nothing leaves, or when it is waiting for its turn.
func (a *API) resend(c *api.Call) (any, error) {
	n, _ := strconv.ParseUint(c.Params["n"], 10, 64)
	switch err := c.World.Resend(n); {
	case errors.Is(err, world.ErrNoMessage):
		return nil, errNotFound.New("path", "the webhook "+c.Params["n"])
	case err != nil:
		return nil, errBad.New("text", "webhook "+c.Params["n"]+": "+err.Error())
	}
	return a.message(c)
}

type settledBody struct {
	Waiting  int `json:"waiting"` // for another time
	Retrying int `json:"retrying"`
}

// settle answers when no webhook is due or under way.
func (a *API) settle(c *api.Call) (any, error) {
	c.World.Settle()
	var out settledBody
	for state, n := range c.World.States() {
		switch state {
		case world.Waiting:
			out.Waiting = n
		case world.Retrying:
			out.Retrying = n
		case world.Collected, world.Delivered, world.Dropped, world.GivenUp:
		}
	}
	return out, nil
}
