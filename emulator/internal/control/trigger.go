package control

import (
	"tweed/emulator/internal/api"
)

// Triggered is a webhook that was sent.
type Triggered struct {
	Done    string         `json:"done"`
	Webhook string         `json:"webhook"` // type and code
	Schema  string         `json:"schema"`  // the specification's name
	Target  string         `json:"target"`
	Body    map[string]any `json:"body"`
	// Differs are the differences between the body and the contract, which only the caller's own values make.
	Differs []string `json:"differs,omitempty"`
}

// trigger sends a webhook. Errors: TWEED_BAD_REQUEST for what cannot be sent.
func (a *API) trigger(c *api.Call) (any, error) {
	sent, err := a.Trigger(c.World, c.Body.Raw)
	if err != nil {
		return nil, errBad.New("text", err.Error())
	}
	sent.Done = "sent " + sent.Webhook + " to " + sent.Target
	return sent, nil
}
