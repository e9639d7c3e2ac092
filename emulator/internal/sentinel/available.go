package sentinel

import (
	"encoding/json"
	"slices"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/nacha"
	"tweed/emulator/internal/world"
)

// available is what an account can pay out (members by Alpaca's gobroker, which reads the total as an integer).
type available struct {
	Total                     json.Number    `json:"total"`
	UnAdjustedTotal           json.Number    `json:"unAdjustedTotal"`
	StartDayCashAvailable     json.Number    `json:"startDayCashAvailable"`
	PendingDebitInterest      json.Number    `json:"pendingDebitInterest"`
	PendingDebitDividends     json.Number    `json:"pendingDebitDividends"`
	IncludeFullyPaidUnsettled bool           `json:"includeFullyPaidUnsettledFunds"`
	FullyPaidUnsettled        json.Number    `json:"fullyPaidUnsettledFunds"`
	TotalDisbursements        json.Number    `json:"totalDisbursements"`
	TotalDeposits             json.Number    `json:"totalDeposits"`
	Disbursements             []disbursement `json:"disbursements"`
	RecentDeposits            []recent       `json:"recentDeposits"`
}

// disbursement is a withdrawal that is under way.
type disbursement struct {
	TransferID       json.Number `json:"transferId"` // an integer here, a string in transfers
	Mechanism        string      `json:"mechanism"`
	State            State       `json:"state"`
	RequestedAmount  json.Number `json:"requestedAmount"`
	FeeAmount        json.Number `json:"feeAmount"`
	TotalDebitAmount json.Number `json:"totalCustomerDebitAmount"`
	TransferTime     string      `json:"transferTime"`
	FundsPostedDate  *string     `json:"fundsPostedDate"` // YYYY-MM-DD
}

// recent is a deposit that was approved and cannot be used yet.
type recent struct {
	Account     string      `json:"account"`
	Amount      json.Number `json:"amount"`
	Mechanism   string      `json:"mechanism"`
	Description string      `json:"description"`
	ProcessDate string      `json:"processDate"` // YYYY-MM-DD
}

// amountAvailable answers for an account by its transfers in this world; one without any has nothing. What the members
// count is assumed. There are no errors.
func amountAvailable(c *api.Call) (any, error) {
	account := c.Params["account"]
	usable := max(0, balance(c.World, account))
	out := available{
		Total:                 dollars(usable - usable%100),
		UnAdjustedTotal:       dollars(cash(c.World, account, c.Now.Add(1))),
		StartDayCashAvailable: dollars(cash(c.World, account, midnight(c.Now))),
		PendingDebitInterest:  dollars(0), PendingDebitDividends: dollars(0), FullyPaidUnsettled: dollars(0),
		Disbursements: []disbursement{}, RecentDeposits: []recent{},
	}
	var leaving, coming int64
	for _, id := range transfersOfAccount.Keys(c.World, account) {
		t, _ := transfers.Get(c.World, id)
		switch {
		case slices.Contains(undone, t.State):
		case t.Direction == Outgoing && t.State != Complete:
			leaving += t.debitCents()
			out.Disbursements = append(out.Disbursements, t.disbursement(c.World))
		case t.Direction == Incoming && !t.Approved.IsZero() && !t.usable(c.Now):
			coming += t.AmountCents
			out.RecentDeposits = append(out.RecentDeposits, t.recent())
		}
	}
	out.TotalDisbursements, out.TotalDeposits = dollars(leaving), dollars(coming)
	return out, nil
}

func (t Transfer) disbursement(w *world.World) disbursement {
	out := disbursement{
		TransferID: json.Number(t.ID), Mechanism: mechanism, State: t.State, RequestedAmount: dollars(t.AmountCents),
		FeeAmount: dollars(t.feeCents()), TotalDebitAmount: dollars(t.debitCents()), TransferTime: t.Created.Format(timeForm),
	}
	if p, ok := postings.Get(w, postingKey(t.ID, string(FundsPosted))); ok {
		date := dateOf(p.At)
		out.FundsPostedDate = &date
	}
	return out
}

func (t Transfer) recent() recent {
	return recent{
		Account: t.Account, Amount: dollars(t.AmountCents), Mechanism: mechanism, Description: "ACH DEPOSIT",
		ProcessDate: dateOf(bankingDays().ProcessingDay(t.Approved)),
	}
}

// usable tells whether the money of a deposit can be used: it is complete, and the days to hold it are over.
func (t Transfer) usable(now time.Time) bool {
	return t.State == Complete && t.Available <= dateOf(now)
}

// dateOf is New York's date, YYYY-MM-DD.
func dateOf(at time.Time) string { return at.In(nacha.NewYork()).Format(time.DateOnly) }

// midnight is the beginning of New York's day.
func midnight(at time.Time) time.Time {
	year, month, day := at.In(nacha.NewYork()).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, nacha.NewYork())
}
