package plaid

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/document"
	"tweed/emulator/internal/world"
)

type reportBalances struct {
	Available              *json.Number `json:"available"`
	Current                *json.Number `json:"current"`
	ISOCurrencyCode        *string      `json:"iso_currency_code"`
	Limit                  *json.Number `json:"limit"`
	MarginLoanAmount       *json.Number `json:"margin_loan_amount"`
	UnofficialCurrencyCode *string      `json:"unofficial_currency_code"`
}

type historicalBalance struct {
	Current                json.Number `json:"current"`
	Date                   string      `json:"date"`
	ISOCurrencyCode        *string     `json:"iso_currency_code"`
	UnofficialCurrencyCode *string     `json:"unofficial_currency_code"`
}

type reportInvestments struct {
	Holdings     []reportHolding         `json:"holdings"`
	Securities   []reportSecurity        `json:"securities"`
	Transactions []investmentTransaction `json:"transactions"`
}

type reportHolding struct {
	AccountID              string       `json:"account_id"`
	CostBasis              *json.Number `json:"cost_basis"`
	InstitutionPrice       json.Number  `json:"institution_price"`
	InstitutionPriceAsOf   string       `json:"institution_price_as_of"`
	InstitutionValue       json.Number  `json:"institution_value"`
	ISOCurrencyCode        *string      `json:"iso_currency_code"`
	Quantity               json.Number  `json:"quantity"`
	SecurityID             string       `json:"security_id"`
	TickerSymbol           *string      `json:"ticker_symbol"`
	UnofficialCurrencyCode *string      `json:"unofficial_currency_code"`
}

type reportSecurity struct {
	Name         *string `json:"name"`
	SecurityID   string  `json:"security_id"`
	TickerSymbol *string `json:"ticker_symbol"`
	Type         string  `json:"type"`
}

type reportAccount struct {
	AccountID          string              `json:"account_id"`
	Balances           reportBalances      `json:"balances"`
	DaysAvailable      int                 `json:"days_available"`
	HistoricalBalances []historicalBalance `json:"historical_balances"`
	Investments        *reportInvestments  `json:"investments,omitempty"`
	Mask               *string             `json:"mask"`
	Name               string              `json:"name"`
	OfficialName       *string             `json:"official_name"`
	Owners             []owner             `json:"owners"`
	OwnershipType      *string             `json:"ownership_type"`
	Subtype            *string             `json:"subtype"`
	Transactions       []reportTransaction `json:"transactions"`
	Type               string              `json:"type"`
}

type reportItem struct {
	Accounts        []reportAccount `json:"accounts"`
	DateLastUpdated string          `json:"date_last_updated"`
	InstitutionID   string          `json:"institution_id"`
	InstitutionName string          `json:"institution_name"`
	ItemID          string          `json:"item_id"`
}

type reportBody struct {
	AssetReportID  string          `json:"asset_report_id"`
	ClientReportID *string         `json:"client_report_id"`
	DateGenerated  string          `json:"date_generated"`
	DaysRequested  int             `json:"days_requested"`
	Items          []reportItem    `json:"items"`
	User           json.RawMessage `json:"user"`
}

// body writes a report that is ready, with at most days of history.
func (r assetReport) body(w *world.World, days int, insights bool) reportBody {
	days = min(days, r.Days)
	out := reportBody{
		AssetReportID: r.ID, ClientReportID: r.ClientReportID, DateGenerated: r.Generated.Format(time.RFC3339),
		DaysRequested: r.Days, Items: []reportItem{}, User: r.User,
	}
	if out.User == nil {
		out.User = json.RawMessage("{}")
	}
	for _, id := range r.Items {
		item, _ := items.Get(w, id)
		one := reportItem{
			Accounts: []reportAccount{}, DateLastUpdated: r.Generated.Format(time.RFC3339),
			InstitutionID: item.Institution, InstitutionName: item.bank().Name, ItemID: item.ID,
		}
		h := r.history(w, item, days)
		for _, a := range h.accounts {
			if !slices.Contains(r.Excluded, a.ID) {
				one.Accounts = append(one.Accounts, r.account(h, a, days, insights))
			}
		}
		out.Items = append(out.Items, one)
	}
	return out
}

// account writes one account.
func (r assetReport) account(h *history, a account, days int, insights bool) reportAccount {
	b, last := a.body(), dayOf(*r.Generated)
	posted := h.reported(a, insights)
	out := reportAccount{
		AccountID: a.ID, DaysAvailable: days, HistoricalBalances: a.balancesBefore(last, days, posted), Mask: b.Mask,
		Name: b.Name, OfficialName: b.OfficialName, Owners: a.owners, Subtype: b.Subtype, Transactions: posted, Type: b.Type,
		Balances: reportBalances{
			Available: a.Available, Current: a.Current, ISOCurrencyCode: b.Balances.ISOCurrencyCode, Limit: a.Limit,
		},
	}
	if r.Investments && a.Type == typeInvestment {
		out.Investments = h.item.reported(h.w, a, last-day(days), last)
	}
	return out
}

// reported are the investments of an account in a report's words.
func (i Item) reported(w *world.World, a account, from, until day) *reportInvestments {
	out := &reportInvestments{Holdings: []reportHolding{}, Securities: []reportSecurity{}}
	holdings, held := i.holdings(w, []account{a})
	trades, traded := i.tradesOf(w, []account{a}, from, until)
	out.Transactions = trades
	ticker := map[string]*string{}
	for _, s := range append(held, traded...) {
		if _, ok := ticker[s.SecurityID]; !ok {
			out.Securities = append(out.Securities, reportSecurity{s.Name, s.SecurityID, s.TickerSymbol, s.Type})
		}
		ticker[s.SecurityID] = s.TickerSymbol
	}
	for _, h := range holdings {
		out.Holdings = append(out.Holdings, reportHolding{
			AccountID: h.AccountID, CostBasis: h.CostBasis, InstitutionPrice: h.InstitutionPrice,
			InstitutionPriceAsOf: h.InstitutionPriceAsOf, InstitutionValue: h.InstitutionValue,
			ISOCurrencyCode: h.ISOCurrencyCode, Quantity: h.Quantity, SecurityID: h.SecurityID,
			TickerSymbol: ticker[h.SecurityID], UnofficialCurrencyCode: h.UnofficialCurrencyCode,
		})
	}
	return out
}

// pdf is the report as a document.
func (r assetReport) pdf(w *world.World, days int) api.Raw {
	body := r.body(w, days, false)
	lines := []string{
		"TEST ONLY: made by Tweed, an emulator. No such person or money exists.",
		"Report " + body.AssetReportID + ", generated " + body.DateGenerated + ", " + strconv.Itoa(r.Days) + " days",
	}
	for _, item := range body.Items {
		lines = append(lines, "", item.InstitutionName+", Item "+item.ItemID)
		for _, a := range item.Accounts {
			line := a.Name + ", " + a.Type
			if a.Mask != nil {
				line += ", mask " + *a.Mask
			}
			if a.Balances.Current != nil {
				line += ", balance " + a.Balances.Current.String()
			}
			lines = append(lines, line)
		}
	}
	return api.Raw{Type: "application/pdf", Body: document.PDF("Asset Report", lines)}
}
