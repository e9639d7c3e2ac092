package plaid

import (
	"fmt"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
)

var errSandboxProduct = catalogue.Must(catalogue.Plaid, "SANDBOX_ERROR/SANDBOX_PRODUCT_NOT_ENABLED")

// transactionsRefresh asks the bank at once. For user_transactions_dynamic each refresh
// brings something: what was pending is posted, and new ones are pending; for the others
// what came since the last daily check. Errors, in order of checking: those of healthyItem,
// PRODUCT_NOT_ENABLED for an Item without transactions (documented: it must have them; the
// row is assumed).
func transactionsRefresh(c *api.Call, req accessTokenRequest) (requestIDResponse, error) {
	item, err := healthyItem(c, req.AccessToken)
	if err != nil {
		return requestIDResponse{}, err
	}
	if err := item.refresh(c); err != nil {
		return requestIDResponse{}, err
	}
	return requestIDResponse{RequestID: c.RequestID}, nil
}

func (i Item) refresh(c *api.Call) error {
	if i.lacks(productTransactions) {
		return errNotEnabled.New()
	}
	before, f := current(c.World, i, historyRange{})
	if i.User == userDynamic {
		f = f.updated(c, i, feedUpdate{})
	} else {
		f.Refreshed = c.Now
		feeds.Put(c.World, i.ID, f)
	}
	i.announce(c.World, f, before, f.at(c.Now))
	return nil
}

// Limits of /sandbox/transactions/create (documented).
const (
	maxCreated     = 10
	createdMaxDays = 14
)

type sandboxTransactionsCreateRequest struct {
	AccessToken  string `json:"access_token"`
	Transactions []struct {
		CustomTransaction
		ISOCurrencyCode string `json:"iso_currency_code"`
	} `json:"transactions"`
}

// sandboxTransactionsCreate adds transactions to an Item of user_transactions_dynamic
// (documented). They are there at once, at its first account, and the webhooks of an update
// are sent (assumed). Errors, in order of checking: INVALID_FIELD for none or more than ten
// transactions, and for a date in the future or more than 14 days ago (documented, texts
// assumed), those of healthyItem, SANDBOX_PRODUCT_NOT_ENABLED, INVALID_FIELD for an Item of
// another user (its row is assumed).
func sandboxTransactionsCreate(c *api.Call, req sandboxTransactionsCreateRequest) (requestIDResponse, error) {
	if n := len(req.Transactions); n < 1 || n > maxCreated {
		return requestIDResponse{}, errInvalidField.Text(fmt.Sprintf("transactions must have 1 to %d members", maxCreated))
	}
	today := dayOf(c.Now)
	var made []CustomTransaction
	for n, t := range req.Transactions {
		for _, date := range []struct{ name, text string }{
			{"date_transacted", t.DateTransacted}, {"date_posted", t.DatePosted},
		} {
			if d, ok := parseDay(date.text); !ok || d > today || d < today-createdMaxDays {
				return requestIDResponse{}, errInvalidField.Text(fmt.Sprintf(
					"transactions[%d].%s must be the present date or a date up to %d days in the past", n, date.name, createdMaxDays))
			}
		}
		t.Currency = t.ISOCurrencyCode
		made = append(made, t.CustomTransaction)
	}
	item, err := healthyItem(c, req.AccessToken)
	switch {
	case err != nil:
		return requestIDResponse{}, err
	case item.lacks(productTransactions):
		return requestIDResponse{}, errSandboxProduct.New("product", productTransactions)
	case item.User != userDynamic:
		return requestIDResponse{}, errInvalidField.Text(
			"access_token must be that of an Item created with the user_transactions_dynamic test user")
	}
	before, f := current(c.World, item, historyRange{})
	f = f.updated(c, item, feedUpdate{Created: made})
	item.announce(c.World, f, before, f.at(c.Now))
	return requestIDResponse{RequestID: c.RequestID}, nil
}
