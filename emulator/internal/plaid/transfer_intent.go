package plaid

import (
	"cmp"
	"encoding/json"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/world"
)

// transferIntent is what an app wants the dialog to make a transfer of. Nothing here opens that
// dialog: an intent stays PENDING.
type transferIntent struct {
	ID        string          `json:"id"`
	Client    string          `json:"client"`
	Account   *string         `json:"account,omitempty"`
	Funding   *string         `json:"funding,omitempty"`
	Mode      string          `json:"mode"`
	Network   string          `json:"network"`
	Class     string          `json:"class,omitempty"`
	Amount    cents           `json:"amount"`
	Text      string          `json:"description"`
	User      transferUser    `json:"user"`
	Metadata  json.RawMessage `json:"metadata,omitempty"`
	Guarantee bool            `json:"guarantee,omitempty"`
	Created   time.Time       `json:"created"`
}

var transferIntents = world.NewTable[transferIntent]("plaid.transfer_intent", 1) // by id

// The modes and the state of an intent (OpenAPI file).
const (
	modePayment      = "PAYMENT"
	modeDisbursement = "DISBURSEMENT"
	intentPending    = "PENDING"
)

type intentBody struct {
	AccountID            *string         `json:"account_id"`
	ACHClass             string          `json:"ach_class,omitempty"`
	Amount               string          `json:"amount"`
	Created              string          `json:"created"`
	Description          string          `json:"description"`
	FundingAccountID     string          `json:"funding_account_id"`
	ID                   string          `json:"id"`
	ISOCurrencyCode      string          `json:"iso_currency_code"`
	Metadata             json.RawMessage `json:"metadata"`
	Mode                 string          `json:"mode"`
	Network              string          `json:"network"`
	OriginationAccountID string          `json:"origination_account_id"`
	RequireGuarantee     bool            `json:"require_guarantee"`
	Status               string          `json:"status"`
	User                 transferUser    `json:"user"`
}

func (i transferIntent) body(w *world.World) intentBody {
	return intentBody{
		AccountID: i.Account, ACHClass: i.Class, Amount: i.Amount.String(), Created: i.Created.Format(time.RFC3339),
		Description: i.Text, FundingAccountID: textOr(i.Funding, fundingOf(w, i.Client)), ID: i.ID, ISOCurrencyCode: usd,
		Metadata: i.Metadata, Mode: i.Mode, Network: i.Network, OriginationAccountID: originationAccount(w, i.Client),
		RequireGuarantee: i.Guarantee, Status: intentPending, User: i.User,
	}
}

type intentCreateRequest struct {
	AccountID   *string         `json:"account_id"`
	ACHClass    string          `json:"ach_class"`
	Amount      string          `json:"amount"`
	Currency    *string         `json:"iso_currency_code"`
	Description string          `json:"description"`
	Funding     *string         `json:"funding_account_id"`
	Guarantee   *bool           `json:"require_guarantee"`
	Metadata    json.RawMessage `json:"metadata"`
	Mode        string          `json:"mode"`
	Network     *string         `json:"network"`
	Origination *string         `json:"origination_account_id"`
	User        transferUser    `json:"user"`
}

// check holds the request against the documentation, and tells the amount and the network,
// which is same-day-ach by default. The texts are assumed.
func (r intentCreateRequest) check(c *api.Call) (amount cents, network string, err error) {
	if err := checkOneOf("mode", r.Mode, modePayment, modeDisbursement); err != nil {
		return 0, "", err
	}
	network = cmp.Or(textOr(r.Network, ""), networkSameDay)
	if err := checkOneOf("network", network, networkACH, networkSameDay, networkRTP); err != nil {
		return 0, "", err
	}
	if r.ACHClass != "" {
		if err := checkOneOf("ach_class", r.ACHClass, achClasses...); err != nil {
			return 0, "", err
		}
	}
	if amount, err = checkAmount(r.Amount); err != nil {
		return 0, "", err
	}
	switch n := len(r.Description); {
	case n == 0 || n > descriptionMax:
		return 0, "", errInvalidField.Text("description must be between 1 and 15 characters long")
	case cmp.Or(textOr(r.Currency, usd), usd) != usd:
		return 0, "", errInvalidField.Text("iso_currency_code must be USD")
	}
	if _, err := checkOrigination(c, r.Origination); err != nil {
		return 0, "", err
	}
	return amount, network, checkMetadata(r.Metadata)
}

type intentCreateResponse struct {
	RequestID      string     `json:"request_id"`
	TransferIntent intentBody `json:"transfer_intent"`
}

// transferIntentCreate keeps an intent. Errors: INVALID_FIELD for the mode, the network, the
// class, the amount, the description, the currency, the origination account, the metadata.
func transferIntentCreate(c *api.Call, req intentCreateRequest) (intentCreateResponse, error) {
	amount, network, err := req.check(c)
	if err != nil {
		return intentCreateResponse{}, err
	}
	intent := transferIntent{
		ID: c.World.UUID("transfer_intent"), Client: c.Client.ID, Account: req.AccountID, Funding: req.Funding,
		Mode: req.Mode, Network: network, Class: req.ACHClass, Amount: amount, Text: req.Description, User: req.User,
		Metadata: tidy(req.Metadata), Guarantee: req.Guarantee != nil && *req.Guarantee, Created: c.Now,
	}
	transferIntents.Put(c.World, intent.ID, intent)
	return intentCreateResponse{RequestID: c.RequestID, TransferIntent: intent.body(c.World)}, nil
}

type intentIDRequest struct {
	TransferIntentID string `json:"transfer_intent_id"`
}

// intentState is an intent with what became of it, which is nothing yet.
type intentState struct {
	AccountID                  *string         `json:"account_id"`
	ACHClass                   string          `json:"ach_class,omitempty"`
	Amount                     string          `json:"amount"`
	AuthorizationDecision      *string         `json:"authorization_decision"`
	AuthorizationRationale     *rationale      `json:"authorization_decision_rationale"`
	Created                    string          `json:"created"`
	Description                string          `json:"description"`
	FailureReason              *struct{}       `json:"failure_reason"`
	FundingAccountID           string          `json:"funding_account_id"`
	GuaranteeDecision          *string         `json:"guarantee_decision"`
	GuaranteeDecisionRationale *rationale      `json:"guarantee_decision_rationale"`
	ID                         string          `json:"id"`
	ISOCurrencyCode            string          `json:"iso_currency_code"`
	Metadata                   json.RawMessage `json:"metadata"`
	Mode                       string          `json:"mode"`
	Network                    string          `json:"network"`
	OriginationAccountID       string          `json:"origination_account_id"`
	RequireGuarantee           bool            `json:"require_guarantee"`
	Status                     string          `json:"status"`
	TransferID                 *string         `json:"transfer_id"`
	User                       transferUser    `json:"user"`
}

type intentGetResponse struct {
	RequestID      string      `json:"request_id"`
	TransferIntent intentState `json:"transfer_intent"`
}

// transferIntentGet tells of an intent. Errors: INVALID_FIELD for one that is not there
// (assumed).
func transferIntentGet(c *api.Call, req intentIDRequest) (intentGetResponse, error) {
	intent, ok := transferIntents.Get(c.World, req.TransferIntentID)
	if !ok || intent.Client != c.Client.ID {
		return intentGetResponse{}, errInvalidField.Text("transfer_intent_id must be a valid transfer intent ID")
	}
	b := intent.body(c.World)
	return intentGetResponse{RequestID: c.RequestID, TransferIntent: intentState{
		AccountID: b.AccountID, ACHClass: b.ACHClass, Amount: b.Amount, Created: b.Created, Description: b.Description,
		FundingAccountID: b.FundingAccountID, ID: b.ID, ISOCurrencyCode: b.ISOCurrencyCode, Metadata: b.Metadata,
		Mode: b.Mode, Network: b.Network, OriginationAccountID: b.OriginationAccountID,
		RequireGuarantee: b.RequireGuarantee, Status: b.Status, User: b.User,
	}}, nil
}
