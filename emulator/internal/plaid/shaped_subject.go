package plaid

import (
	"maps"
	"slices"
	"strings"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/contract"
)

// subject is what the tokens and account ids of a request lead to.
type subject struct {
	items    []Item    // in the order of the request's fields by name
	accounts []account // those that the request names, else all of all Items
}

// behind are the parts of the API whose shaped calls go to the bank, with the product that
// they belong to; "" is none. The longest prefix counts. Calls elsewhere are answered for an
// Item in an error state, too: they manage Items, tokens or users (assumed from the
// operations that behave: /item/get, /item/remove, /link/token/create,
// /sandbox/item/reset_login).
var behind = map[string]string{
	"/auth/":                       "auth",
	"/bank_transfer/":              "",
	"/beacon/":                     "",
	"/beta/transactions/":          "transactions",
	"/cashflow_report/":            "transactions",
	"/credit/":                     "",
	"/identity/":                   "identity",
	"/income/":                     "",
	"/network_insights/":           "",
	"/processor/investments/auth/": "investments_auth",
	"/protect/":                    "",
	"/signal/":                     "signal",
	"/transactions/":               "transactions",
	"/transfer/":                   "transfer",
}

// bankOf says whether an operation goes to the bank, and for which product.
func bankOf(path string) (product string, ok bool) {
	longest := ""
	for prefix := range behind {
		if strings.HasPrefix(path, prefix) && len(prefix) > len(longest) {
			longest = prefix
		}
	}
	return behind[longest], longest != ""
}

// finder collects what a request leads to.
type finder struct {
	call    *api.Call
	bank    bool
	product string
	found   subject
	wanted  []string // account ids
}

// resolve looks every token of a request up, the fields in the order of their names, and
// then its account ids. Tokens and ids of other kinds have no state behind them. Errors,
// in order of checking: those of itemOf, byProcessorToken, redeemable and linkTokenOf;
// for a call that goes to the bank those of Item.use; INVALID_ACCOUNT_ID.
func resolve(c *api.Call, op *contract.Op) (subject, error) {
	f := &finder{call: c}
	f.product, f.bank = bankOf(op.Path)
	if err := f.object(c.Body.Fields); err != nil {
		return subject{}, err
	}
	if len(f.found.items) == 0 {
		return f.found, nil
	}
	if f.found.accounts == nil {
		for _, item := range f.found.items {
			f.found.accounts = append(f.found.accounts, item.accounts(c.World)...)
		}
	}
	return f.found, f.choose()
}

// choose keeps the accounts that the request names.
func (f *finder) choose() error {
	if len(f.wanted) == 0 {
		return nil
	}
	for _, id := range f.wanted {
		if !slices.ContainsFunc(f.found.accounts, func(a account) bool { return a.ID == id }) {
			return errAccountID.New()
		}
	}
	f.found.accounts = slices.DeleteFunc(f.found.accounts, func(a account) bool {
		return !slices.Contains(f.wanted, a.ID)
	})
	return nil
}

// object looks through the members of an object of the request.
func (f *finder) object(fields map[string]any) error {
	for _, name := range sortedNames(fields) {
		if err := f.value(name, fields[name]); err != nil {
			return err
		}
	}
	return nil
}

func (f *finder) value(name string, v any) error {
	switch v := v.(type) {
	case map[string]any:
		if name != "metadata" { // the client's own
			return f.object(v)
		}
	case []any:
		for _, member := range v {
			if err := f.value(strings.TrimSuffix(name, "s"), member); err != nil {
				return err
			}
		}
	case string:
		if v != "" {
			return f.text(name, v)
		}
	}
	return nil
}

// text resolves one token, or notes an account id.
func (f *finder) text(name, text string) error {
	var item Item
	var err error
	switch name {
	case "access_token", "transactions_access_token":
		if item, err = itemOf(f.call, text); err == nil && f.bank {
			item, err = item.use(f.call.World, f.product)
		}
	case "processor_token":
		return f.processor(text)
	case "public_token":
		item, err = redeemable(f.call, text)
	case "link_token":
		_, err = linkTokenOf(f.call, text)
		return err
	case "account_id":
		f.wanted = append(f.wanted, text)
		return nil
	default:
		return nil
	}
	if err == nil {
		f.found.items = append(f.found.items, item)
	}
	return err
}

func (f *finder) processor(token string) error {
	item, acc, err := byProcessorToken(f.call, token, f.product)
	if err != nil {
		return err
	}
	f.found.items, f.found.accounts = append(f.found.items, item), append(f.found.accounts, acc)
	return nil
}

// sortedNames are the names of an object's members, in order.
func sortedNames(v map[string]any) []string { return slices.Sorted(maps.Keys(v)) }

// appendNew adds a text to a list that lacks it.
func appendNew(list []string, text string) []string {
	if slices.Contains(list, text) {
		return list
	}
	return append(list, text)
}
