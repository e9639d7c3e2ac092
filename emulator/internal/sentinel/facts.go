package sentinel

import (
	"strings"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/plaid"
)

// facts derive what a scenario's "where" may ask about a Sentinel call.
type facts struct {
	// plaid answers for a call at Plaid's side: what a processor token resolves to.
	plaid func(c *api.Call, name string) (any, bool)
}

// fact returns a field of the request, or what the ids and the token in it resolve to: the Apex account, the bank
// account, the transfer, and the Item at Plaid.
func (f facts) fact(c *api.Call, name string) (any, bool) { return c.Fact(name, f.resolve) }

func (f facts) resolve(c *api.Call, name string) (any, bool) {
	switch name {
	case "account":
		return text(accountIn(c))
	case "routing_number":
		if bank, ok := bankIn(c); ok {
			return text(bank.Routing)
		}
	case "account_mask":
		if bank, ok := bankIn(c); ok {
			return text(bank.last4())
		}
	case "amount_cents":
		if cents, ok := amountOf(c.Body.Fields["amount"]); ok {
			return cents, true
		}
		t, ok := transferIn(c)
		return t.AmountCents, ok
	case "external_transfer_id":
		if id := c.Body.Text("externalTransferId"); id != "" {
			return id, true
		}
		t, _ := transferIn(c)
		return text(t.External)
	case "direction":
		return text(string(directionIn(c)))
	}
	return f.atPlaid(c, name)
}

func text(value string) (any, bool) { return value, value != "" }

// atPlaid asks Plaid's side about the processor token of the call.
func (f facts) atPlaid(c *api.Call, name string) (any, bool) {
	at := callAtPlaid(c)
	if at == nil || name == "processor_token" {
		return nil, false
	}
	return f.plaid(at, name)
}

// callAtPlaid is what Apex would ask Plaid with the processor token of a call, nil without one. It is kept, and with it
// what the token leads to.
func callAtPlaid(c *api.Call) *api.Call {
	if kept, ok := c.Kept("at plaid"); ok {
		at, _ := kept.(*api.Call)
		return at
	}
	token, _ := tokenIn(c.World, c.Body.Fields)
	if token == "" {
		r, _ := relationshipIn(c)
		token = r.Bank.Token
	}
	var at *api.Call
	if token != "" {
		at = &api.Call{World: c.World, Now: c.Now, Body: api.Body{Fields: map[string]any{"processor_token": token}}}
	}
	c.Keep("at plaid", at)
	return at
}

// subject is the transfer, the relationship or the account that the call is about: its calls are counted for the fact
// attempt.
func subject(c *api.Call) string {
	if id := c.Params["transferId"]; id != "" {
		return id
	}
	if r, ok := relationshipIn(c); ok {
		return r.ID
	}
	if account := accountIn(c); account != "" {
		return account
	}
	return c.Body.Text("account")
}

// transferIn finds the transfer of the path.
func transferIn(c *api.Call) (Transfer, bool) {
	return transfers.Get(c.World, c.Params["transferId"])
}

// relationshipIn finds the relationship of the path, of the body, or of the path's transfer.
func relationshipIn(c *api.Call) (relationship, bool) {
	id := c.Params["relationshipId"]
	if id == "" {
		id = c.Body.Text("achRelationshipId")
	}
	if id == "" {
		t, _ := transferIn(c)
		id = t.Relationship
	}
	return relationships.Get(c.World, id)
}

func accountIn(c *api.Call) string {
	if account := c.Params["account"]; account != "" {
		return account
	}
	r, _ := relationshipIn(c)
	return r.Account
}

// bankIn finds the bank account that the call is about: of a relationship, of a token or of the fields in the request.
func bankIn(c *api.Call) (bankAccount, bool) {
	if r, ok := relationshipIn(c); ok {
		return r.Bank, true
	}
	if token, _ := tokenIn(c.World, c.Body.Fields); token != "" {
		if kept, ok := c.Kept("bank"); ok {
			bank, _ := kept.(bankAccount)
			return bank, bank.Number != ""
		}
		found, _, _ := plaid.BankOf(c.World, token) // empty for a token that is of no use to Apex
		bank := bankAccount{Number: found.Number, Routing: found.Routing}
		c.Keep("bank", bank)
		return bank, bank.Number != ""
	}
	bank := bankAccount{Number: c.Body.Text("bankAccount"), Routing: c.Body.Text("bankRoutingNumber")}
	return bank, bank.Number != "" || bank.Routing != ""
}

func directionIn(c *api.Call) Direction {
	switch {
	case strings.HasSuffix(c.Op.ID, "DepositCreate"):
		return Incoming
	case strings.HasSuffix(c.Op.ID, "WithdrawalCreate"):
		return Outgoing
	}
	t, _ := transferIn(c)
	return t.Direction
}
