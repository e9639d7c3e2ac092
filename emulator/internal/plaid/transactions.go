package plaid

import (
	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/world"
)

var (
	errNotReady   = catalogue.Must(catalogue.Plaid, "ITEM_ERROR/PRODUCT_NOT_READY")
	errNotEnabled = catalogue.Must(catalogue.Plaid, "ITEM_ERROR/PRODUCT_NOT_ENABLED")
	errMutation   = catalogue.Must(catalogue.Plaid, "TRANSACTIONS_ERROR/TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION")
)

// How many transactions a call returns (OpenAPI file).
const (
	defaultTransactions = 100
	maxTransactions     = 500
)

type transactionsGetOptions struct {
	AccountIDs []string `json:"account_ids"`
	Count      *whole   `json:"count"`
	Days       *whole   `json:"days_requested"`
	Offset     whole    `json:"offset"`
	transactionOptions
}

// countOr is how many are asked for.
func countOr(count *whole) whole {
	if count == nil {
		return defaultTransactions
	}
	return *count
}

// check looks at the numbers.
func (o transactionsGetOptions) check() error {
	if err := checkPage("options.", countOr(o.Count), o.Offset, maxTransactions); err != nil {
		return err
	}
	return historyRange{Days: o.Days}.check("options.")
}

type transactionsGetRequest struct {
	AccessToken string                 `json:"access_token"`
	EndDate     string                 `json:"end_date"`
	Options     transactionsGetOptions `json:"options"`
	StartDate   string                 `json:"start_date"`
}

type transactionsGetResponse struct {
	Accounts          []accountBody     `json:"accounts"`
	Item              itemBody          `json:"item"`
	RequestID         string            `json:"request_id"`
	TotalTransactions int               `json:"total_transactions"`
	Transactions      []transactionBody `json:"transactions"`
}

// transactionsGet lists transactions between two dates, newest first. The first call adds
// the product to an Item that lacks it. Dates in the wrong order have no transactions
// between them (assumed). Errors, in order of checking: INVALID_FIELD for a count, an
// offset or days_requested that cannot be, those of product, PRODUCT_NOT_READY,
// INVALID_ACCOUNT_ID.
func transactionsGet(c *api.Call, req transactionsGetRequest) (transactionsGetResponse, error) {
	if err := req.Options.check(); err != nil {
		return transactionsGetResponse{}, err
	}
	item, err := product(c, req.AccessToken, productTransactions)
	if err != nil {
		return transactionsGetResponse{}, err
	}
	s, f := current(c.World, item, historyRange{Days: req.Options.Days})
	if s.Part == partNone {
		return transactionsGetResponse{}, errNotReady.New()
	}
	chosen, err := chooseAccounts(item.accounts(c.World), req.Options.AccountIDs)
	if err != nil {
		return transactionsGetResponse{}, err
	}
	h := item.history(c.World, f, s)
	found := h.between(req.StartDate, req.EndDate, h.placesOf(chosen))
	out := transactionsGetResponse{
		Accounts: bodies(chosen), Item: item.body(c.World), RequestID: c.RequestID, TotalTransactions: len(found),
	}
	shown := page(found, countOr(req.Options.Count), req.Options.Offset)
	out.Transactions = h.bodies(shown, req.Options.transactionOptions)
	return out, nil
}

// current is the feed of a healthy Item that has the product, and what it shows now. A
// feed that is not there yet begins.
func current(w *world.World, item Item, r historyRange) (snapshot, feed) {
	f, ok := feeds.Get(w, item.ID)
	if !ok {
		f = startFeed(w, item, r)
	} else if f.Check == "" {
		item.watch(w)
		f, _ = feeds.Get(w, item.ID)
	}
	return f.at(w.Now()), f
}

// placesOf are the places of accounts among all accounts of the Item.
func (h *history) placesOf(chosen []account) map[int]bool {
	places := make(map[int]bool, len(chosen))
	for _, one := range chosen {
		for n, a := range h.accounts {
			if a.ID == one.ID {
				places[n] = true
			}
		}
	}
	return places
}

// between are the transactions of two dates, both included, at some accounts.
func (h *history) between(start, end string, accounts map[int]bool) []*entry {
	first, _ := parseDay(start)
	last, _ := parseDay(end)
	var found []*entry
	for n := range h.entries {
		e := &h.entries[n]
		if e.date >= first && e.date <= last && accounts[e.account] && e.shown(h.upto) {
			found = append(found, e)
		}
	}
	return found
}

func (h *history) bodies(some []*entry, o transactionOptions) []transactionBody {
	out := make([]transactionBody, len(some))
	for n, e := range some {
		out[n] = h.body(e, h.upto, o)
	}
	return out
}
