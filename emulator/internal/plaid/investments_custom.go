package plaid

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"strconv"

	"tweed/emulator/internal/world"
)

// value is what the holding is worth: the quantity at the institution's price.
func (h CustomHolding) value() float64 { return times(h.Quantity, h.InstitutionPrice) }

// worth is the sum of an investment account's holdings, the balance of an account whose JSON
// says none; "" without holdings.
func (c CustomAccount) worth() string {
	if c.Type != typeInvestment || len(c.Holdings) == 0 {
		return ""
	}
	sum := 0.0
	for _, h := range c.Holdings {
		sum += h.value()
	}
	return decimal(digits15(sum))
}

// times multiplies two numbers of the JSON, of which one left out is 0.
func times(a, b json.Number) float64 {
	x, _ := a.Float64()
	y, _ := b.Float64()
	return digits15(x * y)
}

// digits15 rounds to the digits that a float has in decimal, so that 12 times 140.4 is
// 1684.8.
func digits15(value float64) float64 {
	out, err := strconv.ParseFloat(strconv.FormatFloat(value, 'g', 15, 64), 64)
	if err != nil {
		return value
	}
	return out
}

// currencyOf splits a code of the JSON in Plaid's two fields. Which codes Plaid calls unofficial
// is assumed: cryptocurrencies, and minor or offshore units that ISO 4217 does not have.
func currencyOf(code string) (iso, unofficial *string) {
	if slices.Contains(unofficialCodes, code) {
		return nil, &code
	}
	return &code, nil
}

var unofficialCodes = []string{
	"ADA", "BAT", "BCH", "BNB", "BSV", "BTC", "BTG", "CNH", "DASH", "DOGE", "ETC", "ETH", "GBX", "LSK", "NEO", "OMG",
	"QTUM", "USDT", "XLM", "XMR", "XRP", "ZEC", "ZRX",
}

// customHoldings are what the JSON says that an account holds, in its order. What it leaves
// out is 0, of the cost nothing, and yesterday (assumed). It marks the securities.
func customHoldings(w *world.World, a account, all []listed, held map[string]bool) []holding {
	out := make([]holding, 0, len(a.custom.Holdings))
	for _, h := range a.custom.Holdings {
		s := all[slices.IndexFunc(all, h.Security.is)]
		held[s.key] = true
		one := holding{
			AccountID: a.ID, CostBasis: number(h.CostBasis.String()), InstitutionPrice: cmp.Or(h.InstitutionPrice, "0"),
			InstitutionPriceAsOf: cmp.Or(h.InstitutionPriceAsOf, (dayOf(w.Now()) - 1).String()),
			InstitutionValue:     json.Number(decimal(h.value())), Quantity: cmp.Or(h.Quantity, "0"),
			SecurityID: securityID(w, s.key),
		}
		one.ISOCurrencyCode, one.UnofficialCurrencyCode = currencyOf(cmp.Or(h.Currency, a.Currency))
		out = append(out, one)
	}
	return out
}

// customTrades are what the JSON says that happened in accounts, from one day to another,
// the newest first, those of a day in its order. They are shown however old they are
// (assumed, as for transactions). It marks the securities.
func customTrades(
	w *world.World, accounts []account, all []listed, from, until day, traded map[string]bool,
) []investmentTransaction {
	out := []investmentTransaction{}
	for _, a := range accounts {
		if a.custom == nil || a.Type != typeInvestment {
			continue
		}
		for n, t := range a.custom.InvestmentEvents {
			if at, _ := parseDay(t.Date); at < from || at > until {
				continue
			}
			one := t.of(w, a, n)
			if t.Security != nil {
				s := all[slices.IndexFunc(all, t.Security.is)]
				id := securityID(w, s.key)
				one.SecurityID, traded[s.key] = &id, true
			}
			out = append(out, one)
		}
	}
	slices.SortStableFunc(out, func(a, b investmentTransaction) int { return cmp.Compare(b.Date, a.Date) })
	return out
}

// tradeSubtypes are the types that the JSON can say, and the subtype of each, which it cannot
// (assumed).
var tradeSubtypes = map[string]string{
	"buy": "buy", "sell": "sell", "cash": "deposit", "fee": "account fee", "transfer": "transfer",
}

// of is the n-th trade of an account, without its security.
func (t CustomInvestment) of(w *world.World, a account, n int) investmentTransaction {
	out := investmentTransaction{
		AccountID: a.ID, Amount: json.Number(decimal(t.amount())), Date: t.Date, Fees: cmp.Or(t.Fees, "0"),
		InvestmentTransactionID: idOf(w.Derive("investment_transaction", a.ID, "custom", strconv.Itoa(n))),
		Name:                    t.Name, Price: cmp.Or(t.Price, "0"), Quantity: cmp.Or(t.Quantity, "0"),
		Subtype: tradeSubtypes[t.Type], Type: t.Type,
	}
	if t.Type == "cash" && t.amount() > 0 {
		out.Subtype = "withdrawal"
	}
	out.ISOCurrencyCode, out.UnofficialCurrencyCode = currencyOf(cmp.Or(t.Currency, a.Currency))
	return out
}

// amount is the quantity at the price, in cents and without the fees, as in the OpenAPI file's
// example; of a fee without them it is the fees. A purchase is positive and a sale negative
// (OpenAPI file), whatever the sign of the quantity.
func (t CustomInvestment) amount() float64 {
	amount := math.Round(times(t.Quantity, t.Price)*100) / 100
	switch {
	case t.Type == "buy":
		return math.Abs(amount)
	case t.Type == "sell" && amount != 0:
		return -math.Abs(amount)
	case t.Type == "fee" && amount == 0:
		return times(t.Fees, "1")
	}
	return amount
}
