package plaid

import (
	"encoding/json"
	"fmt"

	"tweed/emulator/internal/api"
)

// enrichMax is the most transactions of one request (OpenAPI file).
const enrichMax = 100

type givenTransaction struct {
	AccountSubtype  *string     `json:"account_subtype"`
	AccountType     *string     `json:"account_type"`
	Amount          json.Number `json:"amount"`
	ClientAccountID *string     `json:"client_account_id"`
	ClientUserID    *string     `json:"client_user_id"`
	Description     string      `json:"description"`
	Direction       string      `json:"direction"`
	ID              string      `json:"id"`
	ISOCurrencyCode string      `json:"iso_currency_code"`
	Location        *location   `json:"location"`
}

type enrichRequest struct {
	AccountType string `json:"account_type"`
	Options     *struct {
		CategoryVersion string `json:"personal_finance_category_version"`
		Legacy          bool   `json:"include_legacy_category"`
	} `json:"options"`
	Transactions []givenTransaction `json:"transactions"`
}

type enrichments struct {
	CheckNumber            *string          `json:"check_number"`
	Counterparties         []enrichedParty  `json:"counterparties"`
	EntityID               *string          `json:"entity_id"`
	LegacyCategory         []string         `json:"legacy_category,omitempty"`
	LegacyCategoryID       string           `json:"legacy_category_id,omitempty"`
	Location               location         `json:"location"`
	LogoURL                *string          `json:"logo_url"`
	MerchantName           *string          `json:"merchant_name"`
	PaymentChannel         string           `json:"payment_channel"`
	PersonalFinance        *financeCategory `json:"personal_finance_category"`
	PersonalFinanceIconURL string           `json:"personal_finance_category_icon_url"`
	PhoneNumber            *string          `json:"phone_number"`
	Website                *string          `json:"website"`
}

// enrichedParty is a counterparty with a phone number, which here nobody has.
type enrichedParty struct {
	ConfidenceLevel string  `json:"confidence_level"`
	EntityID        *string `json:"entity_id"`
	LogoURL         *string `json:"logo_url"`
	Name            string  `json:"name"`
	PhoneNumber     *string `json:"phone_number"`
	Type            string  `json:"type"`
	Website         *string `json:"website"`
}

type enrichedTransaction struct {
	AccountSubtype  *string     `json:"account_subtype,omitempty"`
	AccountType     *string     `json:"account_type,omitempty"`
	Amount          json.Number `json:"amount"`
	ClientAccountID *string     `json:"client_account_id,omitempty"`
	ClientUserID    *string     `json:"client_user_id,omitempty"`
	Description     string      `json:"description"`
	Direction       string      `json:"direction"`
	Enrichments     enrichments `json:"enrichments"`
	ID              string      `json:"id"`
	ISOCurrencyCode string      `json:"iso_currency_code"`
}

type enrichResponse struct {
	Enriched  []enrichedTransaction `json:"enriched_transactions"`
	RequestID string                `json:"request_id"`
}

// transactionsEnrich says of transactions what /transactions/get would. A description is known
// that a transaction of a test user has; others are filed by their direction alone (assumed, as
// for a custom user's). Errors: INVALID_FIELD for another account_type, more than 100
// transactions, a negative amount and another direction (texts assumed).
func transactionsEnrich(c *api.Call, req enrichRequest) (enrichResponse, error) {
	if err := req.check(); err != nil {
		return enrichResponse{}, err
	}
	out := enrichResponse{Enriched: make([]enrichedTransaction, len(req.Transactions)), RequestID: c.RequestID}
	for n, t := range req.Transactions {
		out.Enriched[n] = enrichedTransaction{
			AccountSubtype: t.AccountSubtype, AccountType: t.AccountType, Amount: t.Amount,
			ClientAccountID: t.ClientAccountID, ClientUserID: t.ClientUserID, Description: t.Description,
			Direction: t.Direction, Enrichments: req.enrich(t), ID: t.ID, ISOCurrencyCode: t.ISOCurrencyCode,
		}
	}
	return out, nil
}

func (r enrichRequest) check() error {
	if err := checkOneOf("account_type", r.AccountType, "depository", "credit"); err != nil {
		return err
	}
	if len(r.Transactions) > enrichMax {
		return errInvalidField.Text("transactions must have no more than 100 members")
	}
	for n, t := range r.Transactions {
		field := fmt.Sprintf("transactions[%d].", n)
		if amount, err := t.Amount.Float64(); err != nil || amount < 0 {
			return errInvalidField.Text(field + "amount must be a number that is not negative")
		}
		if err := checkOneOf(field+"direction", t.Direction, "INFLOW", "OUTFLOW"); err != nil {
			return err
		}
	}
	return nil
}

// enrich is what is known of one transaction. The place is the one that the request tells.
func (r enrichRequest) enrich(t givenTransaction) enrichments {
	signed := t.Amount.String()
	if t.Direction == "INFLOW" {
		signed = "-" + signed // as /transactions/get writes what comes in
	}
	p := payeeOf(t.Description, signed)
	version := ""
	if r.Options != nil {
		version = r.Options.CategoryVersion
	}
	category := categoryOf(p, version)
	out := enrichments{
		Counterparties: []enrichedParty{}, EntityID: orNull(p.Entity), MerchantName: orNull(p.Merchant),
		PaymentChannel: p.Channel, PersonalFinance: category, PersonalFinanceIconURL: iconURL(category),
		Website: orNull(p.Website),
	}
	for _, party := range counterpartiesOf(p) {
		out.Counterparties = append(out.Counterparties, enrichedParty{
			ConfidenceLevel: party.ConfidenceLevel, EntityID: party.EntityID, LogoURL: party.LogoURL, Name: party.Name,
			Type: party.Type, Website: party.Website,
		})
	}
	if t.Location != nil {
		out.Location = *t.Location
	}
	if r.Options != nil && r.Options.Legacy {
		out.LegacyCategory, out.LegacyCategoryID = p.Category, p.CategoryID
	}
	return out
}
