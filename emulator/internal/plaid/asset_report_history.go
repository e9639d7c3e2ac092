package plaid

import (
	"encoding/json"
	"math/big"
	"slices"

	"tweed/emulator/internal/world"
)

type reportTransaction struct {
	AccountID              string      `json:"account_id"`
	Amount                 json.Number `json:"amount"`
	Date                   string      `json:"date"`
	ISOCurrencyCode        *string     `json:"iso_currency_code"`
	OriginalDescription    *string     `json:"original_description"`
	Pending                bool        `json:"pending"`
	TransactionID          string      `json:"transaction_id"`
	UnofficialCurrencyCode *string     `json:"unofficial_currency_code"`
	*reportInsights
}

// reportInsights are what a transaction has more in a report with insights (OpenAPI file, schema
// AssetReportTransaction). The credit category is of a taxonomy of its own, which is not here:
// it is null.
type reportInsights struct {
	AccountOwner         *string     `json:"account_owner"`
	Category             []string    `json:"category"`
	CategoryID           *string     `json:"category_id"`
	CheckNumber          *string     `json:"check_number"`
	CreditCategory       *struct{}   `json:"credit_category"`
	DateTransacted       *string     `json:"date_transacted"`
	Location             location    `json:"location"`
	MerchantName         *string     `json:"merchant_name"`
	Name                 string      `json:"name"`
	PaymentMeta          paymentMeta `json:"payment_meta"`
	PendingTransactionID *string     `json:"pending_transaction_id"`
	TransactionType      string      `json:"transaction_type"`
}

// reported is a transaction in a report's words.
func (t transactionBody) reported(insights bool) reportTransaction {
	out := reportTransaction{
		AccountID: t.AccountID, Amount: t.Amount, Date: t.Date, ISOCurrencyCode: t.ISOCurrencyCode,
		OriginalDescription: t.OriginalDescription, Pending: t.Pending, TransactionID: t.TransactionID,
		UnofficialCurrencyCode: t.UnofficialCurrencyCode,
	}
	if insights {
		out.reportInsights = &reportInsights{
			AccountOwner: t.AccountOwner, Category: t.Category, CategoryID: t.CategoryID, CheckNumber: t.CheckNumber,
			DateTransacted: t.AuthorizedDate, Location: t.Location, MerchantName: t.MerchantName, Name: t.Name,
			PaymentMeta: t.PaymentMeta, PendingTransactionID: t.PendingTransactionID, TransactionType: t.TransactionType,
		}
	}
	return out
}

// history are the Item's transactions as of the moment when the report became ready, whatever
// became of them since. They go back as far as the report does, not as far as the Item's own:
// an Item needs no transactions product for a report (assumed).
func (r assetReport) history(w *world.World, item Item, days int) *history {
	f, ok := feeds.Get(w, item.ID)
	if !ok || f.Started.After(*r.Generated) {
		f = feed{Started: item.Created}
	}
	f.From, f.To = dayOf(*r.Generated)-day(days)+1, 0
	upto := snapshot{Part: partAll, AsOf: *r.Generated}
	for _, u := range feedUpdatesByItem.From(w, item.ID, always) {
		if !u.At.After(*r.Generated) {
			upto.Updates++
		}
	}
	return item.history(w, f, upto)
}

// reported are the transactions of one account, those of the history's last day included. They
// begin with the oldest day, as in the OpenAPI file's example.
func (h *history) reported(a account, insights bool) []reportTransaction {
	found := h.between(h.feed.From.String(), dayOf(h.upto.AsOf).String(), h.placesOf([]account{a}))
	slices.SortStableFunc(found, func(a, b *entry) int { return int(a.date - b.date) })
	out := make([]reportTransaction, len(found))
	for n, t := range h.bodies(found, transactionOptions{OriginalDescription: true}) {
		out[n] = t.reported(insights)
	}
	return out
}

// balancesBefore are an account's balances at the end of each of the days before the last one,
// newest first: without what was posted later (OpenAPI file, schema HistoricalBalance). Only
// accounts of the types credit and depository have them (OpenAPI file, schema AccountAssets).
// What is owed on credit grew by what was spent; the file does not say so (assumed).
func (a account) balancesBefore(last day, days int, posted []reportTransaction) []historicalBalance {
	out := []historicalBalance{}
	if a.Current == nil || !slices.Contains(drawnTypes, a.Type) {
		return out
	}
	current, ok := new(big.Rat).SetString(a.Current.String())
	if !ok {
		return out
	}
	rest := len(posted)
	for d := last; d > last-day(days); d-- {
		for ; rest > 0 && posted[rest-1].Date >= d.String(); rest-- {
			amount, ok := new(big.Rat).SetString(posted[rest-1].Amount.String())
			switch {
			case !ok || posted[rest-1].Pending:
			case a.Type == "credit":
				current.Sub(current, amount)
			default:
				current.Add(current, amount)
			}
		}
		digits, _ := current.FloatPrec()
		out = append(out, historicalBalance{
			Current: json.Number(current.FloatString(digits)), Date: (d - 1).String(), ISOCurrencyCode: orNull(a.Currency),
		})
	}
	return out
}
