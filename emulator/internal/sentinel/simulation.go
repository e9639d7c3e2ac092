package sentinel

import (
	"tweed/emulator/internal/api"
	"tweed/emulator/internal/nacha"
)

// simulateReturn is the test mode's ACH return: the money goes back to where it came from. With cancelRelationship it
// ends the relationship, too, if that is not over yet. Errors, in order of checking: TRANSFER_NOT_FOUND,
// TRANSFER_INVALID_STATE for a transfer that is not with the bank.
func simulateReturn(c *api.Call) (any, error) {
	t, err := transferAt(c)
	if err != nil {
		return nil, err
	}
	t.ReturnCode = returnCodeOf(c.World, t.Direction)
	if t, err = t.move(c.World, onReturn); err != nil {
		return nil, err
	}
	if cancels, _ := c.Body.Fields["cancelRelationship"].(bool); cancels {
		if r, ok := relationships.Get(c.World, t.Relationship); ok && r.Status != relationshipCanceled {
			r.cancel(c, "")
		}
	}
	return t.short(), nil
}

// simulateNOC is the test mode's notification of change: the bank tells the right data of the account, and the
// relationship has them from then on. Fields that are absent, null or empty change nothing (Alpaca's gobroker sends all
// three). The transfer stays as it is. Errors, in order of checking: TRANSFER_NOT_FOUND, VALIDATION_FAILED for a wrong
// check digit of the routing number.
func simulateNOC(c *api.Call) (any, error) {
	t, err := transferAt(c)
	if err != nil {
		return nil, err
	}
	number, routing := c.Body.Text("newAccountNumber"), c.Body.Text("newRoutingNumber")
	if routing != "" {
		if err := nacha.ValidRouting(routing); err != nil {
			return nil, invalid("newRoutingNumber", "is wrong: "+err.Error())
		}
	}
	kind := c.Body.Text("newBankAccountType")
	code := changeCode(number != "", routing != "", kind != "")
	if code == "" {
		c.Note("the notification of change names nothing to change")
		return t.short(), nil
	}
	c.Note("notification of change %s", code)
	r, err := relationshipAt(c, t.Relationship)
	if err != nil {
		return nil, err
	}
	replace(&r.Bank.Number, number)
	replace(&r.Bank.Routing, routing)
	replace(&r.Bank.Type, kind)
	r.store(c)
	return t.short(), nil
}

func replace(old *string, value string) {
	if value != "" {
		*old = value
	}
}

// changeCode is Nacha's code for what a notification corrects; "" for nothing. There is none for routing number and
// type alone.
func changeCode(number, routing, kind bool) string {
	switch {
	case routing && kind:
		return "C07"
	case number && kind:
		return "C06"
	case kind:
		return "C05"
	case number && routing:
		return "C03"
	case routing:
		return "C02"
	case number:
		return "C01"
	}
	return ""
}
