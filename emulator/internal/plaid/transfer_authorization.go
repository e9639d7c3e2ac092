package plaid

import (
	"cmp"
	"encoding/json"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/nacha"
	"tweed/emulator/internal/world"
)

const productTransfer = "transfer"

// transferAuthorization is the decision on a transfer that is proposed.
type transferAuthorization struct {
	ID       string          `json:"id"`
	Client   string          `json:"client"`
	Key      string          `json:"key,omitempty"` // idempotency_key
	Account  string          `json:"account"`
	Funding  *string         `json:"funding,omitempty"` // funding_account_id; nil is Plaid's ledger
	Type     string          `json:"type"`
	Network  string          `json:"network"`
	Class    string          `json:"class,omitempty"`
	Amount   cents           `json:"amount"`
	User     transferUser    `json:"user"`
	Wire     json.RawMessage `json:"wire,omitempty"`
	Created  time.Time       `json:"created"`
	Decision string          `json:"decision"`
	Code     string          `json:"code,omitempty"` // of the rationale
	Cancel   bool            `json:"cancelled,omitempty"`
}

type transferUser struct {
	Address     *transferAddress `json:"address"`
	Email       *string          `json:"email_address"`
	LegalName   string           `json:"legal_name"`
	PhoneNumber *string          `json:"phone_number"`
}

type transferAddress struct {
	City       *string `json:"city"`
	Country    *string `json:"country"`
	PostalCode *string `json:"postal_code"`
	Region     *string `json:"region"`
	Street     *string `json:"street"`
}

var (
	authorizations     = world.NewTable[transferAuthorization]("plaid.transfer_authorization", 1) // by id
	authorizationByKey = authorizations.Index(func(a transferAuthorization) string {
		if a.Key == "" {
			return ""
		}
		return a.Client + "/" + a.Key
	})

	errUnsupportedAccount = catalogue.Must(catalogue.Plaid, "TRANSFER_ERROR/TRANSFER_UNSUPPORTED_ACCOUNT_TYPE")
	errForbiddenClass     = catalogue.Must(catalogue.Plaid, "TRANSFER_ERROR/TRANSFER_FORBIDDEN_ACH_CLASS")
	errNetworkLimit       = catalogue.Must(catalogue.Plaid, "TRANSFER_ERROR/TRANSFER_NETWORK_LIMIT_EXCEEDED")
)

// The decisions on a proposed transfer.
const (
	approved           = "approved"
	declined           = "declined"
	userActionRequired = "user_action_required"
)

// Lives and limits (OpenAPI file; the limit of a same-day entry is Nacha's).
const (
	authorizationLife = time.Hour
	idempotencyLife   = 48 * time.Hour
	sameDayMax        = cents(1_000_000_00)
	networkRTP        = "rtp"
)

// rationales are the codes with their texts, which are assumed.
var rationales = map[string]string{
	"NSF":                   "Transaction likely to result in a return due to insufficient funds.",
	"RISK":                  "Transaction is high-risk.",
	"ITEM_LOGIN_REQUIRED":   "Unable to collect the account information because the Item needs a new login.",
	"MIGRATED_ACCOUNT_ITEM": "The Item was made of an account and a routing number, limited information is available.",
}

// decide makes the Sandbox's decision, which follows from the state of the Item and the
// available balance (OpenAPI file, /transfer/authorization/create). That balances matter for
// debits alone is assumed.
func decide(w *world.World, item Item, a account, kind string, amount cents) (decision, code string) {
	if e := asRow(item.trouble(w)); e != nil && e.Row == errLoginRequired {
		return userActionRequired, "ITEM_LOGIN_REQUIRED"
	}
	if _, migrated := migratedItems.Get(w, item.ID); migrated {
		return approved, "MIGRATED_ACCOUNT_ITEM"
	}
	told := a.Available
	if told == nil {
		told = a.Current
	}
	if kind == typeCredit || told == nil {
		return approved, ""
	}
	have, err := told.Float64()
	switch {
	case err != nil || have == 0:
		return declined, "RISK"
	case have*100 < float64(amount):
		return declined, "NSF"
	}
	return approved, ""
}

type rationale struct {
	Code        string `json:"code"`
	Description string `json:"description"`
}

type proposedTransfer struct {
	AccountID            string          `json:"account_id"`
	ACHClass             string          `json:"ach_class,omitempty"`
	Amount               string          `json:"amount"`
	CreditFundsSource    *string         `json:"credit_funds_source"`
	FundingAccountID     *string         `json:"funding_account_id"`
	ISOCurrencyCode      string          `json:"iso_currency_code"`
	LedgerID             *string         `json:"ledger_id"`
	Network              string          `json:"network"`
	OriginationAccountID string          `json:"origination_account_id"`
	OriginatorClientID   *string         `json:"originator_client_id"`
	Type                 string          `json:"type"`
	User                 transferUser    `json:"user"`
	WireDetails          json.RawMessage `json:"wire_details,omitempty"`
}

type authorizationBody struct {
	Created            string           `json:"created"`
	Decision           string           `json:"decision"`
	DecisionRationale  *rationale       `json:"decision_rationale"`
	GuaranteeDecision  *string          `json:"guarantee_decision"`
	GuaranteeRationale *rationale       `json:"guarantee_decision_rationale"`
	ID                 string           `json:"id"`
	PaymentRisk        *struct{}        `json:"payment_risk"`
	ProposedTransfer   proposedTransfer `json:"proposed_transfer"`
}

// fundsOf tells where the client's side of the money is: in a ledger, or in a funding account.
func fundsOf(w *world.World, client string, funding *string) (fundingID, ledgerID *string) {
	if funding != nil {
		return funding, nil
	}
	return nil, orNull(ledgerOf(w, client))
}

// creditSource is the deprecated source of a credit's funds (OpenAPI file: sweep unless the
// request says otherwise; null for debits is assumed).
func creditSource(kind string) *string {
	if kind == typeCredit {
		return orNull("sweep")
	}
	return nil
}

func (a transferAuthorization) body(w *world.World) authorizationBody {
	out := authorizationBody{
		Created: a.Created.Format(time.RFC3339), Decision: a.Decision, ID: a.ID,
		ProposedTransfer: proposedTransfer{
			AccountID: a.Account, ACHClass: a.Class, Amount: a.Amount.String(), CreditFundsSource: creditSource(a.Type),
			ISOCurrencyCode: usd, Network: a.Network, OriginationAccountID: originationAccount(w, a.Client),
			Type: a.Type, User: a.User, WireDetails: a.Wire,
		},
	}
	out.ProposedTransfer.FundingAccountID, out.ProposedTransfer.LedgerID = fundsOf(w, a.Client, a.Funding)
	if a.Code != "" {
		out.DecisionRationale = &rationale{a.Code, rationales[a.Code]}
	}
	return out
}

type authorizationCreateRequest struct {
	AccessToken string          `json:"access_token"`
	AccountID   string          `json:"account_id"`
	ACHClass    string          `json:"ach_class"`
	Amount      string          `json:"amount"`
	Currency    *string         `json:"iso_currency_code"`
	Funding     *string         `json:"funding_account_id"`
	Key         *string         `json:"idempotency_key"`
	LedgerID    *string         `json:"ledger_id"`
	Network     string          `json:"network"`
	Origination *string         `json:"origination_account_id"`
	Type        string          `json:"type"`
	User        transferUser    `json:"user"`
	WireDetails json.RawMessage `json:"wire_details"`
}

// check holds the request against the documentation; the texts of INVALID_FIELD are assumed.
func (r authorizationCreateRequest) check(c *api.Call) (cents, error) {
	amount, err := checkAmount(r.Amount)
	switch {
	case err != nil:
		return 0, err
	case len(textOr(r.Key, "")) > idempotencyMax:
		return 0, errInvalidField.Text("idempotency_key must be no longer than 50 characters")
	case cmp.Or(textOr(r.Currency, usd), usd) != usd:
		return 0, errInvalidField.Text("iso_currency_code must be USD")
	}
	if _, err := checkOrigination(c, r.Origination); err != nil {
		return 0, err
	}
	if err := checkLedger(c, r.LedgerID); err != nil {
		return 0, err
	}
	return amount, r.checkRoad(amount)
}

// checkRoad holds the way that the money is to go against the documentation.
func (r authorizationCreateRequest) checkRoad(amount cents) error {
	if err := checkOneOf("type", r.Type, typeDebit, typeCredit); err != nil {
		return err
	}
	if err := checkOneOf("network", r.Network, networkACH, networkSameDay, networkRTP, networkWire); err != nil {
		return err
	}
	if r.Network == networkACH || r.Network == networkSameDay || r.ACHClass != "" {
		if err := checkOneOf("ach_class", r.ACHClass, achClasses...); err != nil {
			return err
		}
	}
	switch {
	case r.Type == typeCredit && (r.ACHClass == "tel" || r.ACHClass == "web"):
		return errForbiddenClass.New()
	case r.Network == networkSameDay && amount > sameDayMax:
		return errNetworkLimit.New("network", r.Network, "amount", sameDayMax.String())
	}
	return nil
}

type authorizationResponse struct {
	Authorization authorizationBody `json:"authorization"`
	RequestID     string            `json:"request_id"`
}

// proposal is the Item and the account that a request is about, with the amount. Errors, in
// order of checking: INVALID_FIELD, TRANSFER_FORBIDDEN_ACH_CLASS,
// TRANSFER_NETWORK_LIMIT_EXCEEDED, those of itemOf, those of the Item's state but for
// ITEM_LOGIN_REQUIRED, which is a decision, INVALID_ACCOUNT_ID,
// TRANSFER_UNSUPPORTED_ACCOUNT_TYPE for an account without numbers.
func (r authorizationCreateRequest) proposal(c *api.Call) (item Item, acc account, amount cents, err error) {
	if amount, err = r.check(c); err != nil {
		return item, acc, 0, err
	}
	if item, err = itemOf(c, r.AccessToken); err != nil {
		return item, acc, 0, err
	}
	if err := item.ready(c.World, productTransfer); err != nil && asRow(err).Row != errLoginRequired {
		return item, acc, 0, err
	}
	acc, ok := item.account(c.World, r.AccountID)
	switch {
	case !ok:
		return item, acc, 0, errAccountID.New()
	case acc.ach == nil:
		return item, acc, 0, errUnsupportedAccount.New()
	}
	return item.with(c.World, productTransfer), acc, amount, nil
}

// decided keeps the decision on a transfer of a moment.
func (a transferAuthorization) decided(w *world.World, item Item, acc account, at time.Time) transferAuthorization {
	a.ID, a.Created, a.Network = w.UUID("transfer_authorization"), at, networkAt(a.Network, at)
	a.Decision, a.Code = decide(w, item, acc, a.Type, a.Amount)
	authorizations.Put(w, a.ID, a)
	return a
}

// transferAuthorizationCreate decides on a transfer. The same idempotency_key gives the same
// decision for 48 hours. Errors: those of proposal.
func transferAuthorizationCreate(c *api.Call, req authorizationCreateRequest) (authorizationResponse, error) {
	item, acc, amount, err := req.proposal(c)
	if err != nil {
		return authorizationResponse{}, err
	}
	row, made := transferAuthorization{}, false
	if key := textOr(req.Key, ""); key != "" {
		for _, id := range authorizationByKey.Keys(c.World, c.Client.ID+"/"+key) {
			if a, _ := authorizations.Get(c.World, id); c.Now.Sub(a.Created) < idempotencyLife {
				row, made = a, true
			}
		}
	}
	if !made {
		row = transferAuthorization{
			Client: c.Client.ID, Key: textOr(req.Key, ""), Account: acc.ID, Funding: req.Funding, Type: req.Type,
			Network: req.Network, Class: req.ACHClass, Amount: amount, User: req.User, Wire: tidy(req.WireDetails),
		}.decided(c.World, item, acc, c.Now)
	}
	return authorizationResponse{Authorization: row.body(c.World), RequestID: c.RequestID}, nil
}

// sameDayCutOff is when a same-day entry becomes an ordinary one: at 15:30 in New York
// (OpenAPI file, TransferNetwork). plaid.com/docs/transfer/sandbox: cut-offs apply there, too.
const sameDayCutOff = 15*60 + 30

// networkAt is the network that a transfer of this moment really goes.
func networkAt(network string, now time.Time) string {
	local := now.In(nacha.NewYork())
	if network == networkSameDay &&
		(!(nacha.Calendar{}).IsBankingDay(local) || local.Hour()*60+local.Minute() >= sameDayCutOff) {
		return networkACH
	}
	return network
}

type authorizationIDRequest struct {
	AuthorizationID string `json:"authorization_id"`
}

// authorizationOf finds an authorization of the client. The error for one that is not there is
// assumed.
func authorizationOf(c *api.Call, id string) (transferAuthorization, error) {
	a, ok := authorizations.Get(c.World, id)
	if !ok || a.Client != c.Client.ID {
		return a, errInvalidField.Text("authorization_id must be a valid authorization ID")
	}
	return a, nil
}

// transferAuthorizationCancel takes an authorization back that no transfer has used. Errors, in
// order of checking: those of authorizationOf, TRANSFER_NOT_CANCELLABLE (assumed).
func transferAuthorizationCancel(c *api.Call, req authorizationIDRequest) (requestIDResponse, error) {
	a, err := authorizationOf(c, req.AuthorizationID)
	if err != nil {
		return requestIDResponse{}, err
	}
	if _, used := transferByAuthorization.First(c.World, a.ID); used || a.Cancel {
		return requestIDResponse{}, errTransferNotCancellable.New()
	}
	a.Cancel = true
	authorizations.Put(c.World, a.ID, a)
	return requestIDResponse{RequestID: c.RequestID}, nil
}
