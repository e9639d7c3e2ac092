package sentinel

import (
	"cmp"
	"strings"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/plaid"
	"tweed/emulator/scenario"
)

// about is what a Sentinel call is about: what the ids and the token in it resolve to.
type about struct {
	subject                          string // id of a transfer or a relationship, else the account
	account, routing, mask, external string
	direction                        Direction
	cents                            int64
	amount                           bool           // there is one
	atPlaid                          scenario.Facts // what a processor token leads to, nil without one
}

// Fact returns what the scenario package lists as facts of Sentinel's calls.
func (a *about) Fact(name string) (any, bool) {
	value := ""
	switch name {
	case "amount_cents":
		return a.cents, a.amount
	case "account":
		value = a.account
	case "direction":
		value = string(a.direction)
	case "external_transfer_id":
		value = a.external
	case "routing_number":
		value = a.routing
	case "account_mask":
		value = a.mask
	}
	if value == "" && a.atPlaid != nil {
		return a.atPlaid.Fact(name)
	}
	return text(value)
}

// Subject is the transfer, the relationship or the account: its calls are counted for the fact attempt.
func (a *about) Subject() string { return a.subject }

func text(value string) (any, bool) { return value, value != "" }

// aboutOf looks up what a call is about: the Apex account, the bank account, the transfer, and the Item at Plaid.
func aboutOf(c *api.Call) api.About {
	t, made := transfers.Get(c.World, c.Params["transferId"])
	r, known := relationshipIn(c, t)
	token, _ := tokenIn(c.World, c.Body.Fields)
	bank := bankAccount{Number: c.Body.Text("bankAccount"), Routing: c.Body.Text("bankRoutingNumber")}
	if known {
		bank = r.Bank
	} else if token != "" {
		found, _, _ := plaid.BankOf(c.World, token) // empty for a token that is of no use to Apex
		bank = bankAccount{Number: found.Number, Routing: found.Routing}
	}
	a := &about{
		account: cmp.Or(c.Params["account"], r.Account, c.Body.Text("account")), routing: bank.Routing, mask: bank.last4(),
		external: cmp.Or(c.Body.Text("externalTransferId"), t.External), direction: t.Direction, cents: t.AmountCents,
		amount: made,
	}
	if cents, ok := amountOf(c.Body.Fields["amount"]); ok {
		a.cents, a.amount = cents, true
	}
	switch {
	case strings.HasSuffix(c.Op.ID, "DepositCreate"):
		a.direction = Incoming
	case strings.HasSuffix(c.Op.ID, "WithdrawalCreate"):
		a.direction = Outgoing
	}
	a.subject = cmp.Or(c.Params["transferId"], r.ID, a.account)
	if token = cmp.Or(token, r.Bank.Token); token != "" {
		a.atPlaid = plaid.AboutToken(c.World, token, bank.Number == "")
	}
	return a
}

// relationshipIn finds the relationship of the path, of the body, or of the path's transfer.
func relationshipIn(c *api.Call, t Transfer) (relationship, bool) {
	id := cmp.Or(c.Params["relationshipId"], c.Body.Text("achRelationshipId"), t.Relationship)
	return relationships.Get(c.World, id)
}
