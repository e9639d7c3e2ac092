package plaid

import (
	"slices"

	"tweed/emulator/internal/contract"
)

// causes are the operations that send a webhook because of what they do, by the webhook's
// schema. Tests make each of them happen.
var causes = map[string][]string{}

// CausesOf returns what sends a webhook beside a trigger: operations that do what it tells,
// and those that fire it without a reason.
func CausesOf(kind *contract.Webhook) []string {
	out := slices.Clone(causes[kind.Schema])
	if out == nil {
		out = []string{}
	}
	return out
}
