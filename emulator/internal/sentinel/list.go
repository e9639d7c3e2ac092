package sentinel

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/nacha"
)

// mechanism is what Tweed's transfers are made by.
const mechanism = "ACH"

// The words of the filters (klane67/apex_clearing, 2016). Transfers by other mechanisms, and the states that belong to
// checks, are good words that nothing matches.
var (
	mechanisms = []string{"WIRE", mechanism, "CHECK", "CASH_JOURNAL", "DEBIT_CARD", "AUTO_POST"}
	directions = []string{string(Incoming), string(Outgoing)}
	states     = []string{
		string(Canceled), string(Rejected), string(PendingBrokerApproval), string(Pending), string(Frozen),
		string(Approved), string(FundsPosted), string(SentToBank), string(FailedAtBank), string(CompleteRestricted),
		string(Complete), string(Returned), "PENDING_PRINTING", "VOID", "STOP_PAYMENT",
	}
)

// transferSummaryBody is one item of the list (klane67/apex_clearing).
type transferSummaryBody struct {
	TransferTime    string      `json:"transferTime"`
	TransferID      string      `json:"transferId"`
	Mechanism       string      `json:"mechanism"`
	Direction       Direction   `json:"direction"`
	State           State       `json:"state"`
	RejectReason    *string     `json:"rejectReason"`
	RequestedAmount json.Number `json:"requestedAmount"`
	Amount          json.Number `json:"amount"`
	Fees            []fee       `json:"fees"`
}

func (t Transfer) summary() transferSummaryBody {
	short := t.short()
	return transferSummaryBody{
		TransferTime: t.Created.Format(timeForm), TransferID: t.ID, Mechanism: mechanism, Direction: t.Direction,
		State: t.State, RejectReason: short.RejectReason, RequestedAmount: dollars(t.AmountCents),
		Amount: dollars(t.bankCents()), Fees: t.fees(),
	}
}

// transferSummary answers with one transfer of any mechanism. Errors: TRANSFER_NOT_FOUND.
func transferSummary(c *api.Call) (any, error) {
	t, err := transferAt(c)
	if err != nil {
		return nil, err
	}
	return t.summary(), nil
}

// transferList answers with a bare array of an account's transfers in the order of their ids, chosen by the query.
// Errors: VALIDATION_FAILED for a missing account, and for a filter that is no date or no word of its list (assumed).
func transferList(c *api.Call) (any, error) {
	account := c.Body.Text("account")
	if account == "" {
		return nil, invalid("account", "is required")
	}
	for _, filter := range []struct {
		name  string
		words []string
	}{{"direction", directions}, {"mechanism", mechanisms}, {"state", states}} {
		if word := c.Body.Text(filter.name); word != "" && !slices.Contains(filter.words, word) {
			return nil, invalid(filter.name, "must be one of "+strings.Join(filter.words, ", "))
		}
	}
	from, _, err := dayOf(c, "start_date")
	if err != nil {
		return nil, err
	}
	_, until, err := dayOf(c, "end_date")
	if err != nil {
		return nil, err
	}
	out := []transferSummaryBody{}
	for _, id := range transfersOfAccount.Keys(c.World, account) {
		t, _ := transfers.Get(c.World, id)
		if t.Created.Before(from) || !until.IsZero() && !t.Created.Before(until) || !t.fits(c) {
			continue
		}
		out = append(out, t.summary())
	}
	return out, nil
}

// fits compares a transfer with the words of a query.
func (t Transfer) fits(c *api.Call) bool {
	for name, value := range map[string]string{
		"direction": string(t.Direction), "mechanism": mechanism, "state": string(t.State),
	} {
		if word := c.Body.Text(name); word != "" && word != value {
			return false
		}
	}
	return true
}

// dayOf reads a filter that is an ISO date in New York, or a moment, and returns its beginning and its end: the end of
// a date belongs to the next day. Both are zero for an absent one.
func dayOf(c *api.Call, name string) (begin, end time.Time, err error) {
	text := strings.ReplaceAll(c.Body.Text(name), " ", "+") // a zone's plus that was not escaped
	if text == "" {
		return begin, end, nil
	}
	if day, err := time.ParseInLocation(time.DateOnly, text, nacha.NewYork()); err == nil {
		return day, day.AddDate(0, 0, 1), nil
	}
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
		if at, err := time.ParseInLocation(form, text, nacha.NewYork()); err == nil {
			return at, at.Add(1), nil
		}
	}
	return begin, end, invalid(name, "must be an ISO date, such as 2026-01-05")
}
