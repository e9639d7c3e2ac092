package emulator

import (
	"tweed/emulator/internal/contract"
	"tweed/emulator/internal/control"
	"tweed/emulator/internal/plaid"
	"tweed/emulator/internal/world"
)

// TriggerOptions say which webhook of Plaid's to send, and about what.
type TriggerOptions struct {
	// Webhook is type and code, "ITEM.ERROR"; the specification's name, "ItemErrorWebhook"; or a code that one type has.
	Webhook string
	// Item names an Item by its alias or item_id, AccessToken by its token. Without either it is the world's only one.
	Item, AccessToken string
	// ProcessorToken names the account of a partner's token; the webhook goes to the partner.
	ProcessorToken string
	// To is the URL where it goes; "" is the webhook of what it is about.
	To string
	// Data are members that take the place of others, Set are values by their dotted paths ("error.error_code"), which
	// must be there. Values are what encoding/json takes.
	Data, Set map[string]any
}

// Trigger sends a webhook, as "tweed trigger" does. Its body is the contract's example with the
// world's ids, tokens and times. The error says what cannot be sent, and what would be right.
func (w World) Trigger(o TriggerOptions) error {
	text, err := plaid.Trigger{
		Webhook: o.Webhook, Item: o.Item, AccessToken: o.AccessToken,
		ProcessorToken: o.ProcessorToken, To: o.To, Data: o.Data, Set: o.Set,
	}.JSON()
	if err != nil {
		return err
	}
	w.with(func(held *world.World) {
		if _, err = trigger(held, text); err == nil {
			control.TriggerMove(held, text)
		}
	})
	return err
}

// trigger sends a webhook as a JSON object says.
func trigger(w *world.World, text []byte) (control.Triggered, error) {
	t, err := plaid.ReadTrigger(text)
	if err != nil {
		return control.Triggered{}, err
	}
	sent, err := t.Send(w)
	return control.Triggered{
		Webhook: sent.Webhook, Schema: sent.Schema, Target: sent.Target, Body: sent.Body, Differs: sent.Differs,
	}, err
}

// WebhookKind is one of Plaid's webhooks.
type WebhookKind struct {
	Name   string   `json:"webhook"` // type and code
	Schema string   `json:"schema"`  // the specification's name of it
	Causes []string `json:"causes"`  // what sends it beside a trigger, for example POST paths; none for most
}

// Webhooks returns all of Plaid's webhooks, sorted by type and code.
func Webhooks() []WebhookKind {
	var out []WebhookKind
	for _, kind := range contract.Webhooks() {
		out = append(out, WebhookKind{Name: kind.Name(), Schema: kind.Schema, Causes: plaid.CausesOf(kind)})
	}
	return out
}
