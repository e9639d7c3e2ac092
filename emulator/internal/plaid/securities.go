package plaid

import (
	"encoding/json"
	"slices"

	"tweed/emulator/internal/world"
)

// security is what can be held, as Plaid writes it.
type security struct {
	ClosePrice             json.Number     `json:"close_price"`
	ClosePriceAsOf         string          `json:"close_price_as_of"`
	CUSIP                  *string         `json:"cusip"`
	FixedIncome            *struct{}       `json:"fixed_income"`
	Industry               *string         `json:"industry"`
	InstitutionID          *string         `json:"institution_id"`
	InstitutionSecurityID  *string         `json:"institution_security_id"`
	IsCashEquivalent       bool            `json:"is_cash_equivalent"`
	ISIN                   *string         `json:"isin"`
	ISOCurrencyCode        string          `json:"iso_currency_code"`
	MarketIdentifierCode   *string         `json:"market_identifier_code"`
	Name                   string          `json:"name"`
	OptionContract         *optionContract `json:"option_contract"`
	ProxySecurityID        *string         `json:"proxy_security_id"`
	Sector                 *string         `json:"sector"`
	SecurityID             string          `json:"security_id"`
	SEDOL                  *string         `json:"sedol"`
	Subtype                string          `json:"subtype"`
	TickerSymbol           string          `json:"ticker_symbol"`
	Type                   string          `json:"type"`
	UnofficialCurrencyCode *string         `json:"unofficial_currency_code"`
	UpdateDatetime         *string         `json:"update_datetime"`
}

type optionContract struct {
	ContractType             string      `json:"contract_type"`
	ExpirationDate           string      `json:"expiration_date"`
	StrikePrice              json.Number `json:"strike_price"`
	UnderlyingSecurityTicker string      `json:"underlying_security_ticker"`
}

// listed is a security of the Sandbox. Its id at Plaid is the same for all who hold it
// (OpenAPI file: a security_id is not specific to a user), so it is a function of the
// ticker. Names, identifiers and prices are those of the OpenAPI file's examples of
// /investments/holdings/get, /investments/auth/get and /investments/transactions/get.
type listed struct {
	ticker, name, kind, subtype, price string
	cusip, isin, market                string
	sector, industry                   string
	option                             *optionContract
}

var securities = []listed{
	{ticker: "USD", name: "U S Dollar", kind: "cash", subtype: "cash", price: "1"},
	{
		ticker: "NFLX180201C00355000", name: "Nflx Feb 01'18 $355 Call", kind: "derivative", subtype: "option",
		price: "0.011", market: "XNAS", sector: "Technology Services", industry: "Internet Software or Services",
		option: &optionContract{"call", "2018-02-01", "355", "NFLX"},
	},
	{ticker: "EWZ", name: "iShares Inc MSCI Brazil", kind: "etf", subtype: "etf", price: "42.15"},
	{
		ticker: "ACHN", name: "Achillion Pharmaceuticals Inc.", kind: "equity", subtype: "common stock", price: "2.11",
		cusip: "00448Q201", isin: "US00448Q2012", market: "XNAS", sector: "Health Technology",
		industry: "Major Pharmaceuticals",
	},
	{
		ticker: "DBLTX", name: "DoubleLine Total Return Bond Fund", kind: "mutual fund", subtype: "mutual fund",
		price: "10.42", cusip: "258620103", isin: "US2586201038", market: "XNAS",
	},
	{
		ticker: "MIPTX", name: "Matthews Pacific Tiger Fund Insti Class", kind: "mutual fund", subtype: "mutual fund",
		price: "27", cusip: "577130834", isin: "US5771308344", market: "XNAS",
		sector: "Miscellaneous", industry: "Investment Trusts or Mutual Funds",
	},
	{
		ticker: "NHX105509", name: "NH PORTFOLIO 1055 (FIDELITY INDEX)", kind: "etf", subtype: "etf", price: "13.73",
		market: "XNAS",
	},
	{
		ticker: "SBSI", name: "Southside Bancshares Inc.", kind: "equity", subtype: "common stock", price: "34.73",
		cusip: "84470P109", isin: "US84470P1093", market: "XNAS", sector: "Finance", industry: "Regional Banks",
	},
}

func securityID(w *world.World, ticker string) string { return idOf(w.Derive("security", ticker)) }

// body writes a security. Its price is that of the last day (assumed: in the Sandbox prices
// do not move).
func (s listed) body(w *world.World) security {
	return security{
		ClosePrice: json.Number(s.price), ClosePriceAsOf: (dayOf(w.Now()) - 1).String(), CUSIP: orNull(s.cusip),
		Industry: orNull(s.industry), IsCashEquivalent: s.kind == "cash", ISIN: orNull(s.isin), ISOCurrencyCode: usd,
		MarketIdentifierCode: orNull(s.market), Name: s.name, OptionContract: s.option, Sector: orNull(s.sector),
		SecurityID: securityID(w, s.ticker), Subtype: s.subtype, TickerSymbol: s.ticker, Type: s.kind,
	}
}

// position is how much of a security an account of user_good holds, at which cost.
type position struct{ mask, ticker, quantity, cost, value string }

// positions are those of the OpenAPI file's examples. They add up to the balance of the IRA;
// those of the 401k do with 266 shares of SBSI and 15.185 dollars that are assumed, and
// without the treasury bill, which the recorded balance does not have in it.
var positions = []position{
	{"5555", "USD", "0.01", "0.01", "0.01"},
	{"6666", "ACHN", "1", "1.5", "2.11"},
	{"6666", "DBLTX", "2", "10", "20.84"},
	{"5555", "NFLX180201C00355000", "10000", "0.01", "110"},
	{"6666", "MIPTX", "23.567", "23", "636.309"},
	{"6666", "NHX105509", "100.05", "15", "1373.6865"},
	{"6666", "SBSI", "266", "9044", "9238.18"},
	{"6666", "USD", "12360.855", "12360.855", "12360.855"},
	{"5555", "EWZ", "5", "40", "210.75"},
}

// positions are what an account of the Item holds. An investment account of a custom user
// holds its balance in cash (assumed: Tweed does not look at the holdings of the JSON yet).
func (i Item) positions(a account) []position {
	switch {
	case a.Type != typeInvestment:
		return nil
	case i.Custom != nil && len(i.Custom.Accounts) > 0:
		if a.Current == nil {
			return nil
		}
		cash := a.Current.String()
		return []position{{a.Mask, tickerCash, cash, cash, cash}}
	}
	var own []position
	for _, p := range positions {
		if p.mask == a.Mask {
			own = append(own, p)
		}
	}
	return own
}

const (
	typeInvestment = "investment"
	tickerCash     = "USD"
)

// securityOf finds a security that the Sandbox knows to exist.
func securityOf(ticker string) listed {
	return securities[slices.IndexFunc(securities, func(s listed) bool { return s.ticker == ticker })]
}

// securitiesOf lists the securities of some tickers, each once, in the order of the table.
func securitiesOf(w *world.World, tickers map[string]bool) []security {
	out := []security{}
	for _, s := range securities {
		if tickers[s.ticker] {
			out = append(out, s.body(w))
		}
	}
	return out
}
