package plaid

import (
	"encoding/json"
	"slices"

	"tweed/emulator/internal/catalogue"
)

var errNoAccounts = catalogue.Must(catalogue.Plaid, "ITEM_ERROR/NO_ACCOUNTS")

// linkAccount is an account as the pane shows it.
type linkAccount struct {
	ID         string       `json:"account_id"`
	Balance    *json.Number `json:"balance"` // dollars
	Currency   *string      `json:"iso_currency_code"`
	Mask       *string      `json:"mask"`
	Name       string       `json:"name"`
	Reason     string       `json:"reason,omitempty"` // why it cannot be chosen
	Selectable bool         `json:"selectable"`
	Selected   bool         `json:"selected"` // it is the Item's already, or the bank's page has shared it
	Subtype    *string      `json:"subtype"`
	Type       string       `json:"type"`
}

// productTypes are the types and subtypes of accounts by the products that need just them
// (plaid.com/docs, the matrix of accounts and products; where it is silent, assumed). Products
// that are not listed take any account.
var productTypes = map[string]map[string][]string{
	"auth":              {"depository": {"checking", "savings", "cash management"}},
	"transfer":          {"depository": {"checking", "savings", "cash management"}},
	"signal":            {"depository": {"checking", "savings", "cash management"}},
	"investments":       {"investment": nil},
	"investments_auth":  {"investment": nil},
	"liabilities":       {"credit": {"credit card", "paypal"}, "loan": {"mortgage", "student"}},
	productTransactions: {"depository": nil, "credit": nil, "loan": nil},
}

// noAccounts are the errors of Items none of whose accounts fits a product.
var noAccounts = map[string]*catalogue.Row{
	"auth":             errNoAuthAccounts,
	"transfer":         errNoAuthAccounts,
	"investments":      catalogue.Must(catalogue.Plaid, "ITEM_ERROR/NO_INVESTMENT_ACCOUNTS"),
	"investments_auth": catalogue.Must(catalogue.Plaid, "ITEM_ERROR/NO_INVESTMENT_AUTH_ACCOUNTS"),
	"liabilities":      catalogue.Must(catalogue.Plaid, "ITEM_ERROR/NO_LIABILITY_ACCOUNTS"),
}

// unfit tells why an account cannot be chosen, "" if it can. Link shows accounts that fit all
// products and the filters of the link token (documented).
func (a *linkAsk) unfit(acc account) string {
	if subtypes, ok := a.Filters[acc.Type]; len(a.Filters) > 0 {
		if !ok || !slices.Contains(subtypes, acc.Subtype) && !slices.Contains(subtypes, "all") {
			return "account_filters"
		}
	}
	for _, name := range a.Products {
		if misses(name, acc) {
			return name
		}
	}
	return ""
}

// misses tells whether an account is none of those that a product needs.
func misses(product string, acc account) bool {
	types := productTypes[product]
	if types == nil {
		return false
	}
	subtypes, ok := types[acc.Type]
	return !ok || subtypes != nil && !slices.Contains(subtypes, acc.Subtype)
}

// candidates are the accounts at the bank, as the pane shows them. Those that the user has
// not shared on an OAuth bank's own page are not among them.
func (f *linkFlow) candidates() []linkAccount {
	out := []linkAccount{}
	all := *f.s.Item
	all.Only = nil
	for _, acc := range all.accounts(f.w) {
		if o := f.s.OAuth; o != nil && o.Accounts != nil && !slices.Contains(o.Accounts, acc.ID) {
			continue
		}
		balance := acc.Available
		if balance == nil {
			balance = acc.Current
		}
		reason := f.s.Ask.unfit(acc)
		out = append(out, linkAccount{
			ID: acc.ID, Balance: balance, Currency: orNull(acc.Currency), Mask: orNull(acc.Mask), Name: acc.Name,
			Reason: reason, Selectable: reason == "", Subtype: orNull(acc.Subtype), Type: acc.Type,
			Selected: f.s.updates() && f.s.Item.has(acc.place),
		})
	}
	return out
}

// selectable are the ids of those that can be chosen.
func selectable(all []linkAccount) []string {
	var ids []string
	for _, acc := range all {
		if acc.Selectable {
			ids = append(ids, acc.ID)
		}
	}
	return ids
}

// toAccounts goes on behind the login: to the choice of accounts, or past it where there is
// none: in update mode without account_selection_enabled, and in the public_key form
// without selectAccount. Without an account that fits Link shows an error.
func (f *linkFlow) toAccounts() {
	if f.depositsFor() {
		f.to(paneNumbers, viewNumbers)
		return
	}
	if f.s.updates() && !f.s.Ask.AddAccount {
		f.connect()
		return
	}
	ids := selectable(f.candidates())
	if len(ids) == 0 {
		f.broken(f.s.Ask.noneFits().New(), paneInstitution)
		return
	}
	if f.s.Ask.NoSelect {
		f.connect()
		return
	}
	f.to(paneAccounts, viewAccounts)
}

// noneFits is the error of an Item without an account for the app: that of a product that
// has one, else NO_ACCOUNTS.
func (a *linkAsk) noneFits() *catalogue.Row {
	if len(a.Filters) == 0 {
		for _, name := range a.Products {
			if row := noAccounts[name]; row != nil {
				return row
			}
		}
	}
	return errNoAccounts
}

// pick takes the chosen accounts. Errors: INVALID_FIELD for none, or for several where one is
// asked for; INVALID_ACCOUNT_ID for one that cannot be chosen.
func (f *linkFlow) pick(req linkStepRequest) error {
	ids := selectable(f.candidates())
	switch {
	case len(req.AccountIDs) == 0:
		return errInvalidField.Text("account_ids must be a list of strings containing at least one account_id")
	case f.s.Ask.Single && len(req.AccountIDs) > 1:
		return errInvalidField.Text("account_ids must be a list of one account_id: this Link asks for a single account")
	case len(without(req.AccountIDs, ids)) > 0:
		return errAccountID.New()
	}
	f.s.Chosen = nil // in the order of the Item's accounts, each once
	for _, id := range ids {
		if slices.Contains(req.AccountIDs, id) {
			f.s.Chosen = append(f.s.Chosen, id)
		}
	}
	f.view(viewLoading)
	f.connect()
	return nil
}

// connect shows that all is done.
func (f *linkFlow) connect() { f.to(paneConnected, viewConnected) }

// sharing returns the session's Item with what the user has chosen.
func (f *linkFlow) sharing() Item {
	item := *f.s.Item
	if f.s.Chosen == nil {
		return item
	}
	all := item
	all.Only = nil
	item.Only = nil
	for _, acc := range all.accounts(f.w) {
		if slices.Contains(f.s.Chosen, acc.ID) {
			item.Only = append(item.Only, acc.place)
		}
	}
	return item
}
