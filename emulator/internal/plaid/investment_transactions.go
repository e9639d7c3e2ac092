package plaid

import (
	"encoding/json"
	"strconv"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/world"
)

type investmentTransaction struct {
	AccountID               string      `json:"account_id"`
	Amount                  json.Number `json:"amount"`
	CancelTransactionID     *string     `json:"cancel_transaction_id"`
	Date                    string      `json:"date"`
	Fees                    json.Number `json:"fees"`
	InvestmentTransactionID string      `json:"investment_transaction_id"`
	ISOCurrencyCode         *string     `json:"iso_currency_code"`
	Name                    string      `json:"name"`
	Price                   json.Number `json:"price"`
	Quantity                json.Number `json:"quantity"`
	SecurityID              *string     `json:"security_id"`
	Subtype                 string      `json:"subtype"`
	TransactionDatetime     *string     `json:"transaction_datetime"`
	Type                    string      `json:"type"`
	UnofficialCurrencyCode  *string     `json:"unofficial_currency_code"`
}

// trade is what happens in an investment account on one day of every period.
type trade struct {
	mask, ticker, name, kind, subtype string
	amount, fees, price, quantity     string
	day                               day // of the period, from 0
}

// tradePeriod is after how many days the trades happen again. How often the Sandbox has them
// is not public.
const tradePeriod = 30

// tradeHistory is how far back they go (plaid.com/docs/investments: up to 24 months).
const tradeHistory = 24 * tradePeriod

// trades: the first three are the OpenAPI file's example of /investments/transactions/get,
// one day after the other; the contribution is assumed.
var trades = []trade{
	{
		mask: "6666", ticker: "DBLTX", name: "BUY DoubleLine Total Return Bond Fund", kind: "buy", subtype: "buy",
		amount: "7.7", fees: "7.99", price: "10.42", quantity: "0.7388014749727547", day: 10,
	},
	{
		mask: "6666", ticker: "MIPTX", name: "SELL Matthews Pacific Tiger Fund Insti Class", kind: "sell", subtype: "sell",
		amount: "-1289.01", fees: "7.99", price: "27.53", quantity: "-47.74104242992852", day: 11,
	},
	{
		mask: "6666", ticker: "SBSI", name: "INCOME DIV DIVIDEND RECEIVED", kind: "cash", subtype: "dividend",
		amount: "-8.72", fees: "0", price: "0", quantity: "0", day: 12,
	},
	{
		mask: "5555", ticker: tickerCash, name: "CONTRIBUTION", kind: "cash", subtype: "contribution",
		amount: "-25", fees: "0", price: "0", quantity: "0", day: 20,
	},
}

// tradesOf lists what happened in accounts from one day to another, both included, the
// newest first. Those of a custom user are what the JSON says.
func (i Item) tradesOf(w *world.World, all []account, from, until day) ([]investmentTransaction, []security) {
	out, listing, traded := []investmentTransaction{}, i.listing(), map[string]bool{}
	until = min(until, dayOf(w.Now()))
	if i.Custom != nil && len(i.Custom.Accounts) > 0 {
		out = customTrades(w, all, listing, from, until, traded)
		return out, securitiesOf(w, listing, traded)
	}
	from = max(from, dayOf(i.Created)-tradeHistory)
	for d := until; d >= from; d-- {
		for _, t := range trades {
			for _, a := range all {
				if a.Type == typeInvestment && a.Mask == t.mask && d%tradePeriod == t.day {
					out = append(out, t.on(w, d, a))
					traded[t.ticker] = true
				}
			}
		}
	}
	return out, securitiesOf(w, listing, traded)
}

func (t trade) on(w *world.World, d day, a account) investmentTransaction {
	id, currency := securityID(w, t.ticker), usd
	out := investmentTransaction{
		AccountID: a.ID, Amount: json.Number(t.amount), Date: d.String(), Fees: json.Number(t.fees),
		InvestmentTransactionID: idOf(w.Derive("investment_transaction", a.ID, t.ticker, t.kind, strconv.Itoa(int(d)))),
		ISOCurrencyCode:         &currency, Name: t.name, Price: json.Number(t.price), Quantity: json.Number(t.quantity),
		SecurityID: &id, Subtype: t.subtype, Type: t.kind,
	}
	if t.kind == "buy" || t.kind == "sell" {
		at := d.start().Add(15*time.Hour + 10*time.Minute).Format(time.RFC3339) // while the exchanges are open
		out.TransactionDatetime = &at
	}
	return out
}

// tradesMax bounds count, tradesCount is its default (OpenAPI file).
const (
	tradesMax   = 500
	tradesCount = 100
)

// tradesQuery is what both ways to ask for trades have.
type tradesQuery struct {
	StartDate string `json:"start_date"`
	EndDate   string `json:"end_date"`
	Options   *struct {
		AccountIDs []string `json:"account_ids"`
		Count      *whole   `json:"count"`
		Offset     whole    `json:"offset"`
	} `json:"options"`
}

// checked are the bounds of a query. Errors: INVALID_FIELD; the text for dates is recorded,
// the others are assumed.
func (q tradesQuery) checked() (from, until day, count, offset whole, err error) {
	count = tradesCount
	if q.Options != nil {
		offset = q.Options.Offset
		if q.Options.Count != nil {
			count = *q.Options.Count
		}
	}
	var startOK, endOK bool
	from, startOK = parseDay(q.StartDate)
	until, endOK = parseDay(q.EndDate)
	switch {
	case !startOK:
		err = errInvalidField.Text("start_date must be a string of the format 'YYYY-MM-DD'")
	case !endOK:
		err = errInvalidField.Text("end_date must be a string of the format 'YYYY-MM-DD'")
	case from > until:
		err = errInvalidField.Text("start_date must be before end_date")
	default:
		err = checkPage("options.", count, offset, tradesMax)
	}
	return from, until, count, offset, err
}

type investmentsTransactionsRequest struct {
	AccessToken string `json:"access_token"`
	tradesQuery
}

type investmentsTransactionsResponse struct {
	Accounts     []accountBody           `json:"accounts"`
	Transactions []investmentTransaction `json:"investment_transactions"`
	Fallback     bool                    `json:"is_investments_fallback_item"`
	Item         itemBody                `json:"item"`
	RequestID    string                  `json:"request_id"`
	Securities   []security              `json:"securities"`
	Total        int                     `json:"total_investment_transactions"`
}

// investmentsTransactionsGet lists what happened in the investment accounts. Errors, in
// order of checking: INVALID_FIELD, those of product, INVALID_ACCOUNT_ID,
// NO_INVESTMENT_ACCOUNTS.
func investmentsTransactionsGet(
	c *api.Call, req investmentsTransactionsRequest,
) (investmentsTransactionsResponse, error) {
	from, until, count, offset, err := req.checked()
	if err != nil {
		return investmentsTransactionsResponse{}, err
	}
	item, err := product(c, req.AccessToken, productInvestments)
	if err != nil {
		return investmentsTransactionsResponse{}, err
	}
	chosen, err := req.accounts().invested(c.World, item, errNoInvestments)
	if err != nil {
		return investmentsTransactionsResponse{}, err
	}
	all, listed := item.tradesOf(c.World, chosen, from, until)
	return investmentsTransactionsResponse{
		Accounts: bodies(chosen), Transactions: page(all, count, offset), Item: item.body(c.World),
		RequestID: c.RequestID, Securities: listed, Total: len(all),
	}, nil
}

// accounts are the accounts that the query chooses, in the form that others have.
func (q tradesQuery) accounts() accountsRequest {
	var out accountsRequest
	if q.Options != nil {
		out.Options = &struct {
			AccountIDs []string `json:"account_ids"`
		}{q.Options.AccountIDs}
	}
	return out
}

type processorTradesRequest struct {
	ProcessorToken string `json:"processor_token"`
	tradesQuery
}

type processorTradesResponse struct {
	Account      accountBody             `json:"account"`
	Transactions []investmentTransaction `json:"investment_transactions"`
	Fallback     bool                    `json:"is_investments_fallback_item"`
	RequestID    string                  `json:"request_id"`
	Securities   []security              `json:"securities"`
	Total        int                     `json:"total_investment_transactions"`
}

// processorInvestmentsTransactionsGet is investmentsTransactionsGet for the token's account.
// Errors, in order of checking: INVALID_FIELD, those of investedByProcessor.
func processorInvestmentsTransactionsGet(c *api.Call, req processorTradesRequest) (processorTradesResponse, error) {
	from, until, count, offset, err := req.checked()
	if err != nil {
		return processorTradesResponse{}, err
	}
	item, acc, err := investedByProcessor(c, req.ProcessorToken)
	if err != nil {
		return processorTradesResponse{}, err
	}
	all, listed := item.tradesOf(c.World, []account{acc}, from, until)
	return processorTradesResponse{
		Account: acc.body(), Transactions: page(all, count, offset), RequestID: c.RequestID, Securities: listed,
		Total: len(all),
	}, nil
}

// investmentsRefresh asks the bank for news of an Item that has Investments. There are none
// in the Sandbox, but the webhooks of an update are sent (plaid.com/docs/api/products/
// investments; that they are sent without news is assumed). Errors, in order of checking:
// those of product.
func investmentsRefresh(c *api.Call, req accessTokenRequest) (requestIDResponse, error) {
	item, err := product(c, req.AccessToken, productInvestments)
	if err != nil {
		return requestIDResponse{}, err
	}
	for _, one := range []map[string]any{
		{"webhook_type": "HOLDINGS", "new_holdings": 0, "updated_holdings": 0},
		{
			"webhook_type":                       "INVESTMENTS_TRANSACTIONS",
			"new_investments_transactions":       0,
			"canceled_investments_transactions":  0, // of older specifications
			"cancelled_investments_transactions": 0,
		},
	} {
		one["error"] = nil
		itemWebhook(c.World, &item, "DEFAULT_UPDATE", one)
	}
	items.Put(c.World, item.ID, item)
	return requestIDResponse{RequestID: c.RequestID}, nil
}
