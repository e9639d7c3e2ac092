package plaid

import (
	"encoding/json"
	"math"
	"slices"
	"time"

	"tweed/emulator/internal/api"
)

type recurringRequest struct {
	AccessToken string             `json:"access_token"`
	AccountIDs  []string           `json:"account_ids"`
	Options     transactionOptions `json:"options"`
}

type recurringResponse struct {
	InflowStreams   []stream `json:"inflow_streams"`
	OutflowStreams  []stream `json:"outflow_streams"`
	CategoryVersion string   `json:"personal_finance_category_version"`
	RequestID       string   `json:"request_id"`
	UpdatedDatetime string   `json:"updated_datetime"`
}

type stream struct {
	AccountID         string           `json:"account_id"`
	AverageAmount     streamAmount     `json:"average_amount"`
	Category          []string         `json:"category"`
	CategoryID        string           `json:"category_id"`
	Description       string           `json:"description"`
	FirstDate         string           `json:"first_date"`
	Frequency         string           `json:"frequency"`
	IsActive          bool             `json:"is_active"`
	IsUserModified    bool             `json:"is_user_modified"`
	LastAmount        streamAmount     `json:"last_amount"`
	LastDate          string           `json:"last_date"`
	MerchantName      *string          `json:"merchant_name"`
	PersonalFinance   *financeCategory `json:"personal_finance_category"`
	PredictedNextDate *string          `json:"predicted_next_date"`
	Status            string           `json:"status"`
	StreamID          string           `json:"stream_id"`
	TransactionIDs    []string         `json:"transaction_ids"`
}

type streamAmount struct {
	Amount                 json.Number `json:"amount"`
	ISOCurrencyCode        *string     `json:"iso_currency_code"`
	UnofficialCurrencyCode *string     `json:"unofficial_currency_code"`
}

// transactionsRecurringGet finds what comes again and again in the transactions of the
// checking, savings and credit card accounts. Errors, in order of checking: those of
// healthyItem, PRODUCT_NOT_ENABLED for an Item without transactions (documented: it must
// have them; the row is assumed), PRODUCT_NOT_READY, INVALID_ACCOUNT_ID.
func transactionsRecurringGet(c *api.Call, req recurringRequest) (recurringResponse, error) {
	item, err := healthyItem(c, req.AccessToken)
	if err != nil {
		return recurringResponse{}, err
	}
	return item.recurring(c, req)
}

func (i Item) recurring(c *api.Call, req recurringRequest) (recurringResponse, error) {
	if i.lacks(productTransactions) {
		return recurringResponse{}, errNotEnabled.New()
	}
	s, f := current(c.World, i, historyRange{})
	if s.Part == partNone {
		return recurringResponse{}, errNotReady.New()
	}
	chosen, err := chooseAccounts(i.accounts(c.World), req.AccountIDs)
	if err != nil {
		return recurringResponse{}, err
	}
	out := recurringResponse{
		InflowStreams: []stream{}, OutflowStreams: []stream{}, RequestID: c.RequestID,
		CategoryVersion: categoriesV2, UpdatedDatetime: s.AsOf.Format(time.RFC3339),
	}
	if req.Options.CategoryVersion == categoriesV1 {
		out.CategoryVersion = categoriesV1
	}
	if !f.Recurring {
		f.Recurring = true
		feeds.Put(c.World, i.ID, f)
	}
	h := i.history(c.World, f, s)
	places := h.placesOf(chosen)
	for _, group := range h.groups() {
		if !places[group[0].account] || !slices.Contains(streamTypes, h.accounts[group[0].account].Subtype) {
			continue
		}
		if one, ok := h.stream(group, out.CategoryVersion); !ok {
			continue
		} else if group[0].amount[0] == '-' {
			out.InflowStreams = append(out.InflowStreams, one)
		} else {
			out.OutflowStreams = append(out.OutflowStreams, one)
		}
	}
	return out, nil
}

// streamTypes are the subtypes of accounts that streams are found at (documented).
var streamTypes = []string{"checking", "savings", "credit card"}

// streamAccounts are the ids of the accounts that streams are found at.
func streamAccounts(all []account) []string {
	out := []string{}
	for _, a := range all {
		if slices.Contains(streamTypes, a.Subtype) {
			out = append(out, a.ID)
		}
	}
	return out
}

// groups are the posted transactions of one account, name and direction, oldest first, in
// the order in which their newest one stands.
func (h *history) groups() [][]*entry {
	type key struct {
		account int
		name    string
		inflow  bool
	}
	place := map[key]int{}
	var groups [][]*entry
	for n := range h.entries {
		e := &h.entries[n]
		if e.pending || !e.shown(h.upto) {
			continue
		}
		k := key{e.account, e.name, e.amount[0] == '-'}
		at, ok := place[k]
		if !ok {
			at = len(groups)
			place[k] = at
			groups = append(groups, nil)
		}
		groups[at] = append(groups[at], e)
	}
	for _, group := range groups {
		slices.Reverse(group)
	}
	return groups
}

// rhythms are the frequencies by the days between two transactions. How far off a rhythm
// Plaid lets one be is not public.
var rhythms = []struct {
	name          string
	least, most   int
	predictedDays day
}{
	{"WEEKLY", 6, 8, 7},
	{"BIWEEKLY", 13, 14, 14},
	{"SEMI_MONTHLY", 15, 17, 15},
	{"MONTHLY", 26, 35, 30},
	{"ANNUALLY", 355, 375, 365},
}

// matureAfter is how many transactions make a stream mature (documented).
const matureAfter = 3

// stream is what a group of transactions is, if all of them keep one rhythm. One whose
// next transaction is half a rhythm late is over (assumed).
func (h *history) stream(group []*entry, version string) (stream, bool) {
	if len(group) < 2 {
		return stream{}, false
	}
	first, last := group[0], group[len(group)-1]
	at := slices.IndexFunc(rhythms, func(r struct {
		name          string
		least, most   int
		predictedDays day
	},
	) bool {
		for n := 1; n < len(group); n++ {
			if gap := int(group[n].date - group[n-1].date); gap < r.least || gap > r.most {
				return false
			}
		}
		return true
	})
	if at < 0 {
		return stream{}, false
	}
	p, a := payeeOf(last.name, last.amount), h.accounts[last.account]
	out := stream{
		AccountID: a.ID, Category: p.Category, CategoryID: p.CategoryID, Description: p.Name, FirstDate: first.date.String(),
		Frequency: rhythms[at].name, LastDate: last.date.String(), MerchantName: orNull(p.Merchant),
		PersonalFinance: categoryOf(p, version), Status: "EARLY_DETECTION",
		StreamID: idOf(h.w.Derive("stream", h.item.ID, a.ID, last.name, last.amount[:1])),
	}
	if len(group) >= matureAfter {
		out.Status = "MATURE"
	}
	next := last.date + rhythms[at].predictedDays
	if out.IsActive = dayOf(h.upto.AsOf) <= next+rhythms[at].predictedDays/2; out.IsActive {
		out.PredictedNextDate = orNull(next.String())
	} else if out.Status == "EARLY_DETECTION" {
		out.Status = "TOMBSTONED"
	}
	sum := 0.0
	for _, e := range group {
		amount, _ := json.Number(e.amount).Float64()
		sum += amount
		out.TransactionIDs = append(out.TransactionIDs, e.id(h.w, h.item, false))
	}
	average := math.Round(sum/float64(len(group))*100) / 100
	out.AverageAmount = streamAmount{Amount: json.Number(decimal(average)), ISOCurrencyCode: orNull(a.Currency)}
	out.LastAmount = streamAmount{Amount: json.Number(last.amount), ISOCurrencyCode: orNull(a.Currency)}
	return out, true
}
