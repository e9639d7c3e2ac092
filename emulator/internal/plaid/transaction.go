package plaid

import (
	"encoding/json"
	"strings"

	"tweed/emulator/internal/dataset"
)

// transactionBody is a transaction as answers show it, its keys in alphabetical order.
type transactionBody struct {
	AccountID              string           `json:"account_id"`
	AccountOwner           *string          `json:"account_owner"`
	Amount                 json.Number      `json:"amount"`
	AuthorizedDate         *string          `json:"authorized_date"`
	AuthorizedDatetime     *string          `json:"authorized_datetime"`
	Category               []string         `json:"category"`
	CategoryID             *string          `json:"category_id"`
	CheckNumber            *string          `json:"check_number"`
	Counterparties         []counterparty   `json:"counterparties"`
	Date                   string           `json:"date"`
	Datetime               *string          `json:"datetime"`
	ISOCurrencyCode        *string          `json:"iso_currency_code"`
	Location               location         `json:"location"`
	LogoURL                *string          `json:"logo_url"`
	MerchantEntityID       *string          `json:"merchant_entity_id"`
	MerchantName           *string          `json:"merchant_name"`
	Name                   string           `json:"name"`
	OriginalDescription    *string          `json:"original_description,omitempty"`
	PaymentChannel         string           `json:"payment_channel"`
	PaymentMeta            paymentMeta      `json:"payment_meta"`
	Pending                bool             `json:"pending"`
	PendingTransactionID   *string          `json:"pending_transaction_id"`
	PersonalFinance        *financeCategory `json:"personal_finance_category"`
	PersonalFinanceIconURL string           `json:"personal_finance_category_icon_url"`
	TransactionCode        *string          `json:"transaction_code"`
	TransactionID          string           `json:"transaction_id"`
	TransactionType        string           `json:"transaction_type"`
	UnofficialCurrencyCode *string          `json:"unofficial_currency_code"`
	Website                *string          `json:"website"`
}

type counterparty struct {
	ConfidenceLevel string  `json:"confidence_level"`
	EntityID        *string `json:"entity_id"`
	LogoURL         *string `json:"logo_url"`
	Name            string  `json:"name"`
	Type            string  `json:"type"`
	Website         *string `json:"website"`
}

type financeCategory struct {
	ConfidenceLevel string `json:"confidence_level"`
	Detailed        string `json:"detailed"`
	Primary         string `json:"primary"`
	Version         string `json:"version"`
}

// location is null throughout in every recorded transaction.
type location struct {
	Address     *string      `json:"address"`
	City        *string      `json:"city"`
	Country     *string      `json:"country"`
	Lat         *json.Number `json:"lat"`
	Lon         *json.Number `json:"lon"`
	PostalCode  *string      `json:"postal_code"`
	Region      *string      `json:"region"`
	StoreNumber *string      `json:"store_number"`
}

type paymentMeta struct {
	ByOrderOf        *string `json:"by_order_of"`
	Payee            *string `json:"payee"`
	Payer            *string `json:"payer"`
	PaymentMethod    *string `json:"payment_method"`
	PaymentProcessor *string `json:"payment_processor"`
	PPDID            *string `json:"ppd_id"`
	Reason           *string `json:"reason"`
	ReferenceNumber  *string `json:"reference_number"`
}

// transactionOptions say what of a transaction is shown. The include_ options of older
// clients are accepted and change nothing: what they ask for is shown by default (OpenAPI
// file).
type transactionOptions struct {
	OriginalDescription bool   `json:"include_original_description"`
	CategoryVersion     string `json:"personal_finance_category_version"`
}

// The versions of personal finance categories. Without one asked for it is v2, which
// clients enabled since 2025-12 have.
const (
	categoriesV1 = "v1"
	categoriesV2 = "v2"
)

// levelUnsure is the confidence of a category that was made up, or not yet looked at.
const levelUnsure = "LOW"

// payeeOf is who a transaction is with. For a name that the fixtures do not know it is
// filed by its sign alone (assumed).
func payeeOf(name, amount string) dataset.Payee {
	if known, ok := dataset.FindPayee(name); ok {
		return *known
	}
	p := unknownPayee
	if strings.HasPrefix(amount, "-") {
		p = unknownPayer
	}
	p.Name = name
	return p
}

// unknownPayee and unknownPayer are how a transaction is filed of which only the sign is known.
var (
	unknownPayee = dataset.Payee{
		CategoryID: "19000000", Category: []string{"Shops"}, Primary: "GENERAL_MERCHANDISE",
		Detailed: "GENERAL_MERCHANDISE_OTHER_GENERAL_MERCHANDISE", Level: levelUnsure, Channel: "other", Type: "special",
	}
	unknownPayer = dataset.Payee{
		CategoryID: "21005000", Category: []string{"Transfer", "Credit"}, Primary: "TRANSFER_IN",
		Detailed: "TRANSFER_IN_OTHER_TRANSFER_IN", Level: levelUnsure, Channel: "other", Type: "special",
	}
)

// categoryOf is the personal finance category of a payee in a version.
func categoryOf(p dataset.Payee, version string) *financeCategory {
	if version != categoriesV1 {
		version = categoriesV2
	}
	out := &financeCategory{ConfidenceLevel: p.Level, Detailed: p.Detailed, Primary: p.Primary, Version: version}
	if version == categoriesV1 && p.OlderPrimary != "" {
		out.Detailed, out.Primary = p.OlderDetailed, p.OlderPrimary
	}
	return out
}

// iconURL is the address of a category's icon, as observed. Nobody fetches it here.
func iconURL(category *financeCategory) string {
	return "https://plaid-category-icons.plaid.com/PFC_" + category.Primary + ".png"
}

// counterpartiesOf is the merchant, if there is one. Logos are left out: they are the
// merchants' (assumed null).
func counterpartiesOf(p dataset.Payee) []counterparty {
	if p.Merchant == "" {
		return []counterparty{}
	}
	return []counterparty{{
		ConfidenceLevel: p.Level, EntityID: orNull(p.Entity), Name: p.Merchant, Type: "merchant", Website: orNull(p.Website),
	}}
}

// body is an entry as a snapshot shows it.
func (h *history) body(e *entry, s snapshot, o transactionOptions) transactionBody {
	p := payeeOf(e.name, e.amount)
	if e.kind == kindRound && !s.reached(e.revised) {
		p.Level = levelUnsure
	}
	category := categoryOf(p, o.CategoryVersion)
	currency := h.accounts[e.account].Currency
	if e.currency != "" {
		currency = e.currency
	}
	out := transactionBody{
		AccountID: h.accounts[e.account].ID, Amount: json.Number(e.amount),
		Category: p.Category, CategoryID: orNull(p.CategoryID), Counterparties: counterpartiesOf(p),
		Date: e.date.String(), ISOCurrencyCode: orNull(currency),
		MerchantEntityID: orNull(p.Entity), MerchantName: orNull(p.Merchant), Name: p.Name, PaymentChannel: p.Channel,
		PaymentMeta: paymentMeta{PaymentMethod: orNull(p.Method)}, Pending: e.pending, PersonalFinance: category,
		PersonalFinanceIconURL: iconURL(category), TransactionID: e.id(h.w, h.item, e.pending), TransactionType: p.Type,
		Website: orNull(p.Website),
	}
	if e.authorized != 0 {
		out.AuthorizedDate = orNull(e.authorized.String())
	}
	if e.settled {
		out.PendingTransactionID = orNull(e.id(h.w, h.item, true))
	}
	if o.OriginalDescription {
		out.OriginalDescription = orNull(e.name)
	}
	return out
}
