package plaid

import (
	"slices"

	"tweed/emulator/internal/world"
)

// apex are the names of Apex among processors: the enum's, and the one in the path of
// the older endpoint.
var apex = []string{"apex_clearing", "apex"}

// Bank is what Apex learns of a bank account with a processor token.
type Bank struct {
	Item    string // item_id
	Account string // account_id
	Number  string // account number
	Routing string // 9 digits
	Type    string // the account's subtype: checking, savings, ...
	Owner   string // name of the first owner, "" where Plaid tells none
	Mask    string
}

// TokenFault says why a processor token is of no use to Apex.
type TokenFault string

// The faults of a processor token.
const (
	TokenUnknown          TokenFault = "unknown"
	TokenItemRemoved      TokenFault = "item removed"
	TokenLoginRequired    TokenFault = "login required"
	TokenOtherProcessor   TokenFault = "other processor"
	TokenOtherEnvironment TokenFault = "other environment"
	TokenNoPermission     TokenFault = "no permission"
	TokenNoNumbers        TokenFault = "no numbers"
)

// BankOf resolves a processor token as Apex would at Plaid's side of the same world: the
// numbers by product auth, the owner by product identity, where the token's permissions have
// it. A fault comes with a detail: the other processor or environment, the Item's state, the
// product that is left out.
func BankOf(w *world.World, token string) (bank Bank, problem TokenFault, detail string) {
	row, item, problem, detail := atApex(w, token, productAuth)
	if problem != "" {
		return Bank{}, problem, detail
	}
	acc, ok := item.account(w, row.Account)
	if !ok || acc.ach == nil {
		return Bank{}, TokenNoNumbers, ""
	}
	bank = Bank{
		Item: item.ID, Account: acc.ID, Number: acc.ach.Account, Routing: acc.ach.Routing,
		Type: acc.Subtype, Mask: acc.Mask,
	}
	if row.permits(productIdentity) {
		bank.Owner = acc.ownerName()
	}
	return bank, "", ""
}

// atApex is what Apex meets with a processor token when it calls for a product.
func atApex(w *world.World, token, product string) (row processorToken, item Item, problem TokenFault, detail string) {
	if f := inspect(w, "processor", token); f != nil {
		if f.variant == "wrong_environment" {
			return row, item, TokenOtherEnvironment, f.got
		}
		return row, item, TokenUnknown, ""
	}
	row, ok := processorTokens.Get(w, token)
	if !ok {
		return row, item, TokenUnknown, ""
	}
	if row.Processor != "" && !slices.Contains(apex, row.Processor) {
		return row, item, TokenOtherProcessor, row.Processor
	}
	item, ok = items.Get(w, row.Item)
	switch {
	case !ok, item.Removed:
		return row, item, TokenItemRemoved, ""
	case item.trouble(w) != nil:
		return row, item, TokenLoginRequired, asRow(item.trouble(w)).Row.Code
	case !row.permits(product):
		return row, item, TokenNoPermission, product
	}
	return row, item, "", ""
}
