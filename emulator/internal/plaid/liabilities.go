package plaid

import (
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/world"
)

const productLiabilities = "liabilities"

var errNoLiabilities = catalogue.Must(catalogue.Plaid, "ITEM_ERROR/NO_LIABILITY_ACCOUNTS")

type liabilities struct {
	Credit   []creditLiability   `json:"credit"`
	Mortgage []mortgageLiability `json:"mortgage"`
	Student  []studentLoan       `json:"student"`
}

// liabilitiesOf tells what is owed on accounts. Every loan for a house or for a school has
// a liability. Of the credit cards the business card has none: plaid-go's test of user_good
// finds one credit liability, of the two cards that others saw.
func liabilitiesOf(w *world.World, all []account) liabilities {
	out := liabilities{Credit: []creditLiability{}, Mortgage: []mortgageLiability{}, Student: []studentLoan{}}
	today := dayOf(w.Now())
	for _, a := range all {
		switch {
		case a.Type == "credit" && textOr(a.HolderCategory, "") != "business":
			owed := a.credit(today)
			if c := a.liability("credit"); c != nil {
				owed = c.credit(a, owed)
			}
			out.Credit = append(out.Credit, owed)
		case a.Type == "loan" && a.Subtype == "mortgage":
			out.Mortgage = append(out.Mortgage, a.mortgage(today))
		case a.Type == "loan" && a.Subtype == "student":
			owed := a.student(today)
			if c := a.liability("student"); c != nil {
				owed = c.student(a, owed)
			}
			out.Student = append(out.Student, owed)
		}
	}
	return out
}

func (l liabilities) none() bool { return len(l.Credit)+len(l.Mortgage)+len(l.Student) == 0 }

// last is the last day of a month, before today or today, that is the n-th; next the first
// one after today. n is at most 28, so that every month has it.
func (d day) last(n int) day {
	year, month, _ := d.start().Date()
	at := dayOf(time.Date(year, month, n, 0, 0, 0, 0, time.UTC))
	if at > d {
		at = dayOf(time.Date(year, month-1, n, 0, 0, 0, 0, time.UTC))
	}
	return at
}

func (d day) next(n int) day {
	year, month, _ := d.last(n).start().Date()
	return dayOf(time.Date(year, month+1, n, 0, 0, 0, 0, time.UTC))
}

type liabilitiesResponse struct {
	Accounts    []accountBody `json:"accounts"`
	Item        itemBody      `json:"item"`
	Liabilities liabilities   `json:"liabilities"`
	RequestID   string        `json:"request_id"`
}

// liabilitiesGet lists the Item's accounts, all of them (plaid-go's test counts on it), and
// what is owed on them. Errors, in order of checking: those of product, INVALID_ACCOUNT_ID,
// NO_LIABILITY_ACCOUNTS if nothing is owed on the accounts.
func liabilitiesGet(c *api.Call, req accountsRequest) (liabilitiesResponse, error) {
	item, err := product(c, req.AccessToken, productLiabilities)
	if err != nil {
		return liabilitiesResponse{}, err
	}
	chosen, err := req.choose(c.World, item)
	if err != nil {
		return liabilitiesResponse{}, err
	}
	owed := liabilitiesOf(c.World, chosen)
	if owed.none() {
		return liabilitiesResponse{}, errNoLiabilities.New()
	}
	return liabilitiesResponse{
		Accounts: bodies(chosen), Item: item.body(c.World), Liabilities: owed, RequestID: c.RequestID,
	}, nil
}

type processorLiabilitiesResponse struct {
	Account     accountBody `json:"account"`
	Liabilities liabilities `json:"liabilities"`
	RequestID   string      `json:"request_id"`
}

// processorLiabilitiesGet is liabilitiesGet for the token's account. Errors, in order of
// checking: those of byProcessorToken, NO_LIABILITY_ACCOUNTS.
func processorLiabilitiesGet(c *api.Call, req processorRequest) (processorLiabilitiesResponse, error) {
	_, acc, err := byProcessorToken(c, req.ProcessorToken, productLiabilities)
	if err != nil {
		return processorLiabilitiesResponse{}, err
	}
	owed := liabilitiesOf(c.World, []account{acc})
	if owed.none() {
		return processorLiabilitiesResponse{}, errNoLiabilities.New()
	}
	return processorLiabilitiesResponse{Account: acc.body(), Liabilities: owed, RequestID: c.RequestID}, nil
}
