package plaid

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// listing is the Sandbox's securities and, of a custom user, those of the JSON. Plaid fills
// in what the JSON leaves out (plaid.com/docs/sandbox/user-custom); here it is what the table
// of the Sandbox knows, and the type by the form of the symbol (assumed).
func (i Item) listing() []listed {
	out := slices.Clone(securities)
	if i.Custom == nil {
		return out
	}
	for _, a := range i.Custom.Accounts {
		for _, h := range a.Holdings {
			out = h.Security.addTo(out, cmp.Or(h.Currency, a.Currency))
		}
		for _, t := range a.InvestmentEvents {
			if t.Security != nil {
				out = t.Security.addTo(out, cmp.Or(t.Currency, a.Currency))
			}
		}
	}
	return out
}

// addTo lists a security once: what has an identifier in common is the same. An identifier
// stays with the security that had it first, so that each is found again.
func (c CustomSecurity) addTo(all []listed, currency string) []listed {
	at := slices.IndexFunc(all, c.is)
	if at < 0 {
		s := listedByForm(c.TickerSymbol)
		s.key = cmp.Or(c.TickerSymbol, c.ISIN, c.CUSIP, c.SEDOL)
		s.currency = cmp.Or(c.Currency, currency)
		at, all = len(all), append(all, s)
	}
	all[at] = c.with(all[at])
	return all
}

// is tells whether a listed security has one of the identifiers.
func (c CustomSecurity) is(s listed) bool {
	same := func(a, b string) bool { return a != "" && a == b }
	return same(c.TickerSymbol, s.ticker) || same(c.ISIN, s.isin) || same(c.CUSIP, s.cusip) || same(c.SEDOL, s.sedol)
}

// with adds what the JSON says to what was known. The name is that of the JSON.
func (c CustomSecurity) with(s listed) listed {
	s.ticker, s.name = cmp.Or(s.ticker, c.TickerSymbol), cmp.Or(c.Name, s.name)
	s.isin, s.cusip, s.sedol = cmp.Or(s.isin, c.ISIN), cmp.Or(s.cusip, c.CUSIP), cmp.Or(s.sedol, c.SEDOL)
	s.currency = cmp.Or(s.currency, c.Currency)
	return s
}

// The forms of symbols: an option's is that of the Options Clearing Corporation (root, day,
// call or put, strike in mills), a mutual fund's has five letters of which the last is X,
// and currencies have Plaid's prefix (OpenAPI file, schema Security).
var (
	optionForm = regexp.MustCompile(`^([A-Z]{1,6})([0-9]{6})([CP])([0-9]{8})$`)
	fundForm   = regexp.MustCompile(`^[A-Z]{4}X$`)
	equityForm = regexp.MustCompile(`^[A-Z]{1,5}([.][A-Z])?$`)
)

const currencyPrefix = "CUR:"

// listedByForm is a security of which nothing but the symbol is known.
func listedByForm(ticker string) listed {
	kind, subtype := "other", "other"
	var option *optionContract
	switch parts := optionForm.FindStringSubmatch(ticker); {
	case parts != nil:
		expires, err := time.Parse("060102", parts[2])
		mills, bad := strconv.ParseFloat(parts[4], 64)
		if err == nil && bad == nil {
			kind, subtype = "derivative", "option"
			option = &optionContract{
				ContractType: map[string]string{"C": "call", "P": "put"}[parts[3]], ExpirationDate: dayOf(expires).String(),
				StrikePrice: json.Number(decimal(mills / 1000)), UnderlyingSecurityTicker: parts[1],
			}
		}
	case ticker == currencyPrefix+usd:
		kind, subtype = "cash", "cash"
	case strings.HasPrefix(ticker, currencyPrefix):
		kind, subtype = "cryptocurrency", "cryptocurrency"
	case fundForm.MatchString(ticker):
		kind, subtype = "mutual fund", "mutual fund"
	case equityForm.MatchString(ticker):
		kind, subtype = "equity", "common stock"
	}
	return listed{kind: kind, subtype: subtype, option: option}
}
