package plaid

import (
	"encoding/json"
	"slices"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/world"
)

const (
	productInvestments     = "investments"
	productInvestmentsAuth = "investments_auth"
)

var (
	errNoInvestments     = catalogue.Must(catalogue.Plaid, "ITEM_ERROR/NO_INVESTMENT_ACCOUNTS")
	errNoInvestmentsAuth = catalogue.Must(catalogue.Plaid, "ITEM_ERROR/NO_INVESTMENT_AUTH_ACCOUNTS")
)

// holding is a position of an account at today's price.
type holding struct {
	AccountID                string       `json:"account_id"`
	CostBasis                *json.Number `json:"cost_basis"`
	InstitutionPrice         json.Number  `json:"institution_price"`
	InstitutionPriceAsOf     string       `json:"institution_price_as_of"`
	InstitutionPriceDatetime *string      `json:"institution_price_datetime"`
	InstitutionValue         json.Number  `json:"institution_value"`
	ISOCurrencyCode          *string      `json:"iso_currency_code"`
	Quantity                 json.Number  `json:"quantity"`
	SecurityID               string       `json:"security_id"`
	UnofficialCurrencyCode   *string      `json:"unofficial_currency_code"`
}

// holdings lists what accounts hold, and the securities of it.
func (i Item) holdings(w *world.World, all []account) ([]holding, []security) {
	out, listing, held, currency := []holding{}, i.listing(), map[string]bool{}, usd
	for _, a := range all {
		if a.custom != nil && a.Type == typeInvestment && a.custom.Holdings != nil {
			out = append(out, customHoldings(w, a, listing, held)...)
			continue
		}
		for _, p := range i.positions(a) {
			held[p.ticker] = true
			out = append(out, holding{
				AccountID: a.ID, CostBasis: number(p.cost), InstitutionPrice: json.Number(securityOf(p.ticker).price),
				InstitutionPriceAsOf: (dayOf(w.Now()) - 1).String(), InstitutionValue: json.Number(p.value),
				ISOCurrencyCode: &currency, Quantity: json.Number(p.quantity), SecurityID: securityID(w, p.ticker),
			})
		}
	}
	return out, securitiesOf(w, listing, held)
}

// investable keeps the accounts that answers of Investments list: those for investments and
// the money market's, which holds nothing (OpenAPI file, example of /investments/holdings/get).
func investable(all []account) []account {
	return slices.DeleteFunc(slices.Clone(all), func(a account) bool {
		return a.Type != typeInvestment && a.Subtype != "money market"
	})
}

// invested returns the investable accounts that a request chooses. Errors, in order of
// checking: INVALID_ACCOUNT_ID, the given row if there are none.
func (r accountsRequest) invested(w *world.World, item Item, none *catalogue.Row) ([]account, error) {
	chosen, err := r.choose(w, item)
	if err != nil {
		return nil, err
	}
	chosen = investable(chosen)
	if len(chosen) == 0 {
		return nil, none.New()
	}
	return chosen, nil
}

type holdingsResponse struct {
	Accounts   []accountBody `json:"accounts"`
	Holdings   []holding     `json:"holdings"`
	Item       itemBody      `json:"item"`
	RequestID  string        `json:"request_id"`
	Securities []security    `json:"securities"`
}

// investmentsHoldingsGet lists what the investment accounts hold. Errors, in order of
// checking: those of product, INVALID_ACCOUNT_ID, NO_INVESTMENT_ACCOUNTS.
func investmentsHoldingsGet(c *api.Call, req accountsRequest) (holdingsResponse, error) {
	item, err := product(c, req.AccessToken, productInvestments)
	if err != nil {
		return holdingsResponse{}, err
	}
	chosen, err := req.invested(c.World, item, errNoInvestments)
	if err != nil {
		return holdingsResponse{}, err
	}
	out := holdingsResponse{Accounts: bodies(chosen), Item: item.body(c.World), RequestID: c.RequestID}
	out.Holdings, out.Securities = item.holdings(c.World, chosen)
	return out, nil
}

type processorHoldingsResponse struct {
	Account    accountBody `json:"account"`
	Holdings   []holding   `json:"holdings"`
	Fallback   bool        `json:"is_investments_fallback_item"`
	RequestID  string      `json:"request_id"`
	Securities []security  `json:"securities"`
}

// investedByProcessor is byProcessorToken for Investments. Errors, in order of checking:
// those of byProcessorToken, NO_INVESTMENT_ACCOUNTS.
func investedByProcessor(c *api.Call, token string) (Item, account, error) {
	item, acc, err := byProcessorToken(c, token, productInvestments)
	if err == nil && len(investable([]account{acc})) == 0 {
		err = errNoInvestments.New()
	}
	return item, acc, err
}

// processorInvestmentsHoldingsGet is investmentsHoldingsGet for the token's account. Errors:
// those of investedByProcessor.
func processorInvestmentsHoldingsGet(c *api.Call, req processorRequest) (processorHoldingsResponse, error) {
	item, acc, err := investedByProcessor(c, req.ProcessorToken)
	if err != nil {
		return processorHoldingsResponse{}, err
	}
	out := processorHoldingsResponse{Account: acc.body(), RequestID: c.RequestID}
	out.Holdings, out.Securities = item.holdings(c.World, []account{acc})
	return out, nil
}

type accountOwners struct {
	AccountID string   `json:"account_id"`
	Names     []string `json:"names"`
}

// acatsNumbers are the numbers by which another broker has an account transferred (ACATS).
type acatsNumbers struct {
	Account    string   `json:"account"`
	AccountID  string   `json:"account_id"`
	DTCNumbers []string `json:"dtc_numbers"`
}

type investmentsNumbers struct {
	ACATS []acatsNumbers `json:"acats"`
}

type dataSources struct {
	Holdings string `json:"holdings"`
	Numbers  string `json:"numbers"`
	Owners   string `json:"owners"`
}

type investmentsAuthResponse struct {
	Accounts    []accountBody      `json:"accounts"`
	DataSources dataSources        `json:"data_sources"`
	Holdings    []holding          `json:"holdings"`
	Item        itemBody           `json:"item"`
	Numbers     investmentsNumbers `json:"numbers"`
	Owners      []accountOwners    `json:"owners"`
	RequestID   string             `json:"request_id"`
	Securities  []security         `json:"securities"`
}

// investmentsAuthGet tells what is needed to move investment accounts to another broker.
// Account and DTC numbers have the form of the OpenAPI file's example: TR and the mask, and
// the same three numbers for all. Errors, in order of checking: those of product,
// INVALID_ACCOUNT_ID, NO_INVESTMENT_AUTH_ACCOUNTS.
func investmentsAuthGet(c *api.Call, req accountsRequest) (investmentsAuthResponse, error) {
	item, err := product(c, req.AccessToken, productInvestmentsAuth)
	if err != nil {
		return investmentsAuthResponse{}, err
	}
	chosen, err := req.invested(c.World, item, errNoInvestmentsAuth)
	if err != nil {
		return investmentsAuthResponse{}, err
	}
	const source = "INSTITUTION"
	out := investmentsAuthResponse{
		Accounts: bodies(chosen), Item: item.body(c.World), RequestID: c.RequestID,
		DataSources: dataSources{source, source, source}, Numbers: investmentsNumbers{ACATS: []acatsNumbers{}},
		Owners: []accountOwners{},
	}
	out.Holdings, out.Securities = item.holdings(c.World, chosen)
	for _, a := range chosen {
		owners := accountOwners{AccountID: a.ID, Names: []string{}}
		for _, o := range a.owners {
			owners.Names = append(owners.Names, o.Names...)
		}
		out.Owners = append(out.Owners, owners)
		if a.Type == typeInvestment {
			out.Numbers.ACATS = append(out.Numbers.ACATS, acatsNumbers{"TR" + a.Mask, a.ID, []string{"1111", "2222", "3333"}})
		}
	}
	return out, nil
}
