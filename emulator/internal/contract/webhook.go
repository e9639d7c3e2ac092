package contract

import (
	"sync"

	contractdata "tweed/fixtures/contract"
)

// Webhook is a webhook that the vendor sends.
type Webhook struct {
	// Schema is the specification's name of it, e.g. ItemErrorWebhook. No two webhooks share one.
	Schema string
	// Type and Code are its webhook_type and webhook_code, e.g. ITEM and ERROR. Some share both: those to the partners
	// that hold processor tokens, and those that two chapters describe.
	Type, Code string
	// Made says where the example is from: "" the specification, "repaired" that with an overlay's changes, "completed"
	// that with the required members that it lacks, "made" the types of the members.
	Made string

	exampleAt, exampleLen int

	load  sync.Once
	shape *shape
}

// Webhooks returns all webhooks, sorted by type and code, and in the specification's order where those are the same.
func Webhooks() []*Webhook {
	all := make([]*Webhook, len(webhooks))
	for i := range webhooks {
		all[i] = &webhooks[i]
	}
	return all
}

// Name is type and code with a dot between them, e.g. ITEM.ERROR.
func (h *Webhook) Name() string { return h.Type + "." + h.Code }

// Example returns a body as compact JSON (see Made).
func (h *Webhook) Example() []byte {
	return []byte(contractdata.Examples[h.exampleAt : h.exampleAt+h.exampleLen])
}

// Answer returns what the contract says of the body.
func (h *Webhook) Answer() Answer {
	h.load.Do(func() { h.shape = load(h.Schema) })
	return Answer{&typ{kind: objectKind, shape: h.shape}}
}

// Check compares a body, decoded with json.Decoder.UseNumber, with the contract, as [Op.CheckReply] does with an
// answer. Members that the contract does not have are let through: the specification says that there may be some.
func (h *Webhook) Check(body map[string]any) []string {
	var r replyChecker
	r.object(h.Answer().t.shape, "", body, 0)
	return r.faults
}
