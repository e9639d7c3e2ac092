package plaid

import (
	"cmp"
	"encoding/json"
	"slices"

	"tweed/emulator/internal/world"
)

// security is what can be held, as Plaid writes it.
type security struct {
	ClosePrice             *json.Number    `json:"close_price"`
	ClosePriceAsOf         *string         `json:"close_price_as_of"`
	CUSIP                  *string         `json:"cusip"`
	FixedIncome            *struct{}       `json:"fixed_income"`
	Industry               *string         `json:"industry"`
	InstitutionID          *string         `json:"institution_id"`
	InstitutionSecurityID  *string         `json:"institution_security_id"`
	IsCashEquivalent       bool            `json:"is_cash_equivalent"`
	ISIN                   *string         `json:"isin"`
	ISOCurrencyCode        *string         `json:"iso_currency_code"`
	MarketIdentifierCode   *string         `json:"market_identifier_code"`
	Name                   *string         `json:"name"`
	OptionContract         *optionContract `json:"option_contract"`
	ProxySecurityID        *string         `json:"proxy_security_id"`
	Sector                 *string         `json:"sector"`
	SecurityID             string          `json:"security_id"`
	SEDOL                  *string         `json:"sedol"`
	Subtype                string          `json:"subtype"`
	TickerSymbol           *string         `json:"ticker_symbol"`
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
	key                                string // what its id follows from; the first ticker
	ticker, name, kind, subtype, price string
	cusip, isin, sedol, market         string
	currency                           string // "" for dollars
	sector, industry                   string
	option                             *optionContract
}

var securities = []listed{
	{key: "USD", ticker: "USD", name: "U S Dollar", kind: "cash", subtype: "cash", price: "1"},
	{
		key: "NFLX180201C00355000", ticker: "NFLX180201C00355000",
		name: "Nflx Feb 01'18 $355 Call", kind: "derivative", subtype: "option",
		price: "0.011", market: "XNAS", sector: "Technology Services", industry: "Internet Software or Services",
		option: &optionContract{"call", "2018-02-01", "355", "NFLX"},
	},
	{key: "EWZ", ticker: "EWZ", name: "iShares Inc MSCI Brazil", kind: "etf", subtype: "etf", price: "42.15"},
	{
		key: "ACHN", ticker: "ACHN",
		name: "Achillion Pharmaceuticals Inc.", kind: "equity", subtype: "common stock", price: "2.11",
		cusip: "00448Q201", isin: "US00448Q2012", market: "XNAS", sector: "Health Technology",
		industry: "Major Pharmaceuticals",
	},
	{
		key: "DBLTX", ticker: "DBLTX",
		name: "DoubleLine Total Return Bond Fund", kind: "mutual fund", subtype: "mutual fund",
		price: "10.42", cusip: "258620103", isin: "US2586201038", market: "XNAS",
	},
	{
		key: "MIPTX", ticker: "MIPTX",
		name: "Matthews Pacific Tiger Fund Insti Class", kind: "mutual fund", subtype: "mutual fund",
		price: "27", cusip: "577130834", isin: "US5771308344", market: "XNAS",
		sector: "Miscellaneous", industry: "Investment Trusts or Mutual Funds",
	},
	{
		key: "NHX105509", ticker: "NHX105509",
		name: "NH PORTFOLIO 1055 (FIDELITY INDEX)", kind: "etf", subtype: "etf", price: "13.73",
		market: "XNAS",
	},
	{
		key: "SBSI", ticker: "SBSI",
		name: "Southside Bancshares Inc.", kind: "equity", subtype: "common stock", price: "34.73",
		cusip: "84470P109", isin: "US84470P1093", market: "XNAS", sector: "Finance", industry: "Regional Banks",
	},
}

func securityID(w *world.World, key string) string { return idOf(w.Derive("security", key)) }

// body writes a security. Its price is that of the last day (assumed: in the Sandbox prices
// do not move). That of a security that only a custom user has is not known.
func (s listed) body(w *world.World) security {
	out := security{
		ClosePrice: number(s.price), CUSIP: orNull(s.cusip), SEDOL: orNull(s.sedol),
		Industry: orNull(s.industry), IsCashEquivalent: s.kind == "cash", ISIN: orNull(s.isin),
		MarketIdentifierCode: orNull(s.market), Name: orNull(s.name), OptionContract: s.option, Sector: orNull(s.sector),
		SecurityID: securityID(w, s.key), Subtype: s.subtype, TickerSymbol: orNull(s.ticker), Type: s.kind,
	}
	if out.ClosePrice != nil {
		out.ClosePriceAsOf = orNull((dayOf(w.Now()) - 1).String())
	}
	out.ISOCurrencyCode, out.UnofficialCurrencyCode = currencyOf(cmp.Or(s.currency, usd))
	return out
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
// whose JSON says nothing of holdings holds its balance in cash (assumed).
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

// securitiesOf lists the securities that are marked by key, each once, in the order of all.
func securitiesOf(w *world.World, all []listed, marked map[string]bool) []security {
	out := []security{}
	for _, s := range all {
		if marked[s.key] {
			out = append(out, s.body(w))
		}
	}
	return out
}
