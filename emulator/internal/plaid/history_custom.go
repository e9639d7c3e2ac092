package plaid

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// custom adds the transactions of a custom user: those that an account lists, else random
// ones, and those of its inflow model beside either (documented). What is listed is shown
// however old it is (assumed).
func (h *history) custom() {
	for at, a := range h.accounts {
		c := a.custom
		switch {
		case c.Transactions != nil:
			h.listed(at, c.Transactions)
		case slices.Contains(drawnTypes, c.Type) || c.Subtype == "student":
			h.draw(at, h.item.seed(), false)
		}
		if c.InflowModel != nil {
			h.inflow(at, c)
		}
	}
}

// drawnTypes are the types of accounts that have transactions; of loans it is student
// loans only (OpenAPI file, /transactions/get).
var drawnTypes = []string{"credit", "depository"}

// listed adds the transactions that a custom user lists. One whose date_posted is in the
// future is pending until that day (documented), and then another transaction: posted.
func (h *history) listed(at int, list []CustomTransaction) {
	today := dayOf(h.feed.Started)
	for n, t := range list {
		transacted, _ := parseDay(t.DateTransacted)
		posted, _ := parseDay(t.DatePosted)
		e := entry{
			account: at, kind: kindCustom, n: n, date: posted, authorized: transacted,
			name: t.Description, amount: t.Amount.String(), currency: t.Currency, since: h.since(min(posted, today)),
		}
		if posted <= today {
			h.add(e)
			continue
		}
		soon := e
		soon.pending, soon.date, soon.until = true, transacted, mark{day: posted}
		soon.since.day = 0
		e.settled, e.since.day = true, posted
		h.add(soon)
		if dayOf(h.upto.AsOf) >= posted {
			h.add(e)
		}
	}
}

// dayOfMonth is 1 to 28, or "last", as a number or as text.
type dayOfMonth string

// UnmarshalJSON takes a number for the text of it.
func (d *dayOfMonth) UnmarshalJSON(text []byte) error {
	if value := strings.Trim(string(text), `"`); value != "null" {
		*d = dayOfMonth(value)
	}
	return nil
}

// valid tells whether there is such a day in every month.
func (d dayOfMonth) valid() bool {
	n, err := strconv.Atoi(string(d))
	return d == "last" || err == nil && n >= 1 && n <= 28
}

// in is the day of a month.
func (d dayOfMonth) in(year int, month time.Month) day {
	n, err := strconv.Atoi(string(d))
	if err != nil {
		month, n = month+1, 0 // the day before the first of the next month
	}
	return dayOf(time.Date(year, month, n, 0, 0, 0, 0, time.UTC))
}

// The inflow models (OpenAPI file, schema InflowModel).
const (
	inflowNone     = "none"
	inflowIncome   = "monthly-income"
	inflowBalance  = "monthly-balance-payment"
	inflowInterest = "monthly-interest-only-payment"
)

// inflow adds one transaction a month. A payment is that of the starting balance, or of a
// month's interest on it; that neither moves the balance is assumed.
func (h *history) inflow(at int, c *CustomAccount) {
	m := c.InflowModel
	amount := m.monthly(c)
	if amount == "" {
		return
	}
	first, last := h.first().start(), h.upto.AsOf
	for month := time.Date(last.Year(), last.Month(), 1, 0, 0, 0, 0, time.UTC); !month.Before(
		time.Date(first.Year(), first.Month(), 1, 0, 0, 0, 0, time.UTC)); month = month.AddDate(0, -1, 0) {
		d := m.PaymentDay.in(month.Year(), month.Month())
		if d < h.first() || d > dayOf(last) {
			continue
		}
		h.add(entry{
			account: at, kind: kindInflow, born: d, date: d, authorized: d, name: m.TransactionName, amount: amount,
			since: h.since(d),
		})
	}
}

// monthly is what a month brings into the account: a negative amount. "" for nothing.
func (m *CustomInflow) monthly(c *CustomAccount) string {
	amount := 0.0
	balance, _ := c.StartingBalance.Float64()
	switch m.Type {
	case inflowIncome:
		amount, _ = m.IncomeAmount.Float64()
	case inflowBalance:
		amount = balance
	case inflowInterest:
		if c.Liability == nil {
			return "" // without a liability there is no interest
		}
		rate, _ := cmp.Or(c.Liability.PurchaseAPR, c.Liability.NominalAPR).Float64()
		amount = float64(int(balance*rate/12+0.5)) / 100 // percent a year of dollars, in cents
	}
	if amount <= 0 {
		return ""
	}
	return decimal(-amount)
}
