package plaid

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/world"
)

// bankTransfer is a transfer of Bank Transfers, the predecessor of Transfer. It moves only
// when the Sandbox is told to (OpenAPI file, /sandbox/bank_transfer/simulate).
type bankTransfer struct {
	ID          string          `json:"id"`
	N           uint64          `json:"n"` // in the order of creation, from 1
	Client      string          `json:"client"`
	Key         string          `json:"key"` // idempotency_key
	Account     string          `json:"account"`
	Routing     string          `json:"routing"`
	Type        string          `json:"type"`
	Network     string          `json:"network"`
	Class       string          `json:"class"`
	Amount      cents           `json:"amount"`
	Description string          `json:"description"`
	LegalName   string          `json:"legal_name"`
	Email       *string         `json:"email,omitempty"`
	Tag         *string         `json:"tag,omitempty"`
	Metadata    json.RawMessage `json:"metadata,omitempty"`
	Created     time.Time       `json:"created"`
	Status      string          `json:"status"`
	Failure     *bankFailure    `json:"failure,omitempty"`
}

// bankFailure says why a transfer failed or was reversed.
type bankFailure struct {
	ACHReturnCode *string `json:"ach_return_code"`
	Description   string  `json:"description"`
}

var (
	bankTransfers     = world.NewTable[bankTransfer]("plaid.bank_transfer", 1) // by id
	bankTransfersOf   = bankTransfers.Index(func(t bankTransfer) string { return t.Client })
	bankTransferByKey = bankTransfers.Index(func(t bankTransfer) string { return t.Client + "/" + t.Key })

	errNotCancellable = catalogue.Must(catalogue.Plaid, "BANK_TRANSFER_ERROR/BANK_TRANSFER_NOT_CANCELLABLE")
)

// The states of a bank transfer; its events have the same names.
const (
	statusPending   = "pending"
	statusPosted    = "posted"
	statusCancelled = "cancelled"
	statusFailed    = "failed"
	statusReversed  = "reversed"
)

// bankTransferMoves are the states that can follow a state (OpenAPI file, the events of
// BankTransferEventType).
var bankTransferMoves = map[string][]string{
	statusPending:   {statusPosted, statusFailed, statusCancelled},
	statusPosted:    {statusReversed},
	statusCancelled: nil,
	statusFailed:    nil,
	statusReversed:  nil,
}

// move brings the transfer into a state and tells of it, false if it cannot follow.
func (t *bankTransfer) move(w *world.World, status string, failure *bankFailure) bool {
	if !slices.Contains(bankTransferMoves[t.Status], status) {
		return false
	}
	t.Status, t.Failure = status, failure
	t.keep(w)
	return true
}

// keep stores a transfer that has come into its state just now.
func (t *bankTransfer) keep(w *world.World) {
	bankTransfers.Put(w, t.ID, *t)
	newBankTransferEvent(w, *t)
}

type bankTransferUser struct {
	Email     *string `json:"email_address"`
	LegalName string  `json:"legal_name"`
	Routing   string  `json:"routing_number"`
}

type bankTransferBody struct {
	AccountID            string           `json:"account_id"`
	ACHClass             string           `json:"ach_class"`
	Amount               string           `json:"amount"`
	Cancellable          bool             `json:"cancellable"`
	Created              string           `json:"created"`
	CustomTag            *string          `json:"custom_tag"`
	Description          string           `json:"description"`
	Direction            string           `json:"direction"`
	FailureReason        *bankFailure     `json:"failure_reason"`
	ID                   string           `json:"id"`
	ISOCurrencyCode      string           `json:"iso_currency_code"`
	Metadata             json.RawMessage  `json:"metadata"`
	Network              string           `json:"network"`
	OriginationAccountID string           `json:"origination_account_id"`
	Status               string           `json:"status"`
	Type                 string           `json:"type"`
	User                 bankTransferUser `json:"user"`
}

func (t bankTransfer) body(w *world.World) bankTransferBody {
	return bankTransferBody{
		AccountID: t.Account, ACHClass: t.Class, Amount: t.Amount.String(), Cancellable: t.Status == statusPending,
		Created: t.Created.Format(time.RFC3339), CustomTag: t.Tag, Description: t.Description, Direction: outbound,
		FailureReason: t.Failure, ID: t.ID, ISOCurrencyCode: usd, Metadata: t.Metadata, Network: t.Network,
		OriginationAccountID: originationAccount(w, t.Client), Status: t.Status, Type: t.Type,
		User: bankTransferUser{Email: t.Email, LegalName: t.LegalName, Routing: t.Routing},
	}
}

const (
	// usd is the one currency of Bank Transfers and Transfer (OpenAPI file).
	usd = "USD"
	// outbound is the direction of all transfers that the API initiates.
	outbound = "outbound"
	// classOfWires stands in the answer for a wire, which needs no class (assumed).
	classOfWires = "ccd"
	// typeDebit and typeCredit are the two ways that money goes: to the client and away.
	typeDebit, typeCredit = "debit", "credit"
	// The networks of transfers.
	networkACH, networkSameDay, networkWire = "ach", "same-day-ach", "wire"
)

// achClasses are the SEC codes that Plaid knows (OpenAPI file, ACHClass).
var achClasses = []string{"ccd", "ppd", "tel", "web"}

// originationAccount is the account of a client that transfers go to and come from. Every
// client has one (assumed: the real ones are made in Plaid's dashboard).
func originationAccount(w *world.World, client string) string {
	return w.Derive("origination", client).UUID(w.Tag())
}

// bankTransferRequest is what a bank transfer is made of, whoever asks for it.
type bankTransferRequest struct {
	IdempotencyKey string          `json:"idempotency_key"`
	Type           string          `json:"type"`
	Network        string          `json:"network"`
	Amount         string          `json:"amount"`
	Currency       string          `json:"iso_currency_code"`
	Description    string          `json:"description"`
	ACHClass       string          `json:"ach_class"`
	CustomTag      *string         `json:"custom_tag"`
	Metadata       json.RawMessage `json:"metadata"`
	Origination    *string         `json:"origination_account_id"`
	User           struct {
		LegalName string  `json:"legal_name"`
		Email     *string `json:"email_address"`
	} `json:"user"`
}

// The documented limits.
const (
	idempotencyMax     = 50
	bankDescriptionMax = 10
	bankTransferTagMax = 100
)

// check holds the request against what the documentation says of its fields; the texts are
// assumed.
func (r bankTransferRequest) check(c *api.Call) (cents, error) {
	amount, err := checkAmount(r.Amount)
	switch {
	case err != nil:
		return 0, err
	case len(r.IdempotencyKey) > idempotencyMax:
		return 0, errInvalidField.Text("idempotency_key must be no longer than 50 characters")
	case len(r.Description) > bankDescriptionMax:
		return 0, errInvalidField.Text("description must be no longer than 10 characters")
	case len(textOr(r.CustomTag, "")) > bankTransferTagMax:
		return 0, errInvalidField.Text("custom_tag must be no longer than 100 characters")
	case r.Currency != usd:
		return 0, errInvalidField.Text("iso_currency_code must be USD")
	}
	if _, err := checkOrigination(c, r.Origination); err != nil {
		return 0, err
	}
	if err := checkMetadata(r.Metadata); err != nil {
		return 0, err
	}
	if err := checkOneOf("type", r.Type, typeDebit, typeCredit); err != nil {
		return 0, err
	}
	if err := checkOneOf("network", r.Network, networkACH, networkSameDay, networkWire); err != nil {
		return 0, err
	}
	if r.Network == networkWire && r.ACHClass == "" {
		return amount, nil
	}
	return amount, checkOneOf("ach_class", r.ACHClass, achClasses...)
}

// create makes the transfer of a request, or returns the one that its idempotency key made.
// An account without numbers is NO_AUTH_ACCOUNTS (assumed).
func (r bankTransferRequest) create(c *api.Call, acc account, amount cents) (bankTransferResponse, error) {
	t, made := bankTransferByKey.First(c.World, c.Client.ID+"/"+r.IdempotencyKey)
	if !made {
		if acc.ach == nil {
			return bankTransferResponse{}, errNoAuthAccounts.New()
		}
		t = bankTransfer{
			ID: c.World.UUID("bank_transfer"), N: c.World.Count("plaid.bank_transfer"), Client: c.Client.ID,
			Key: r.IdempotencyKey, Account: acc.ID, Routing: acc.ach.Routing, Type: r.Type, Network: r.Network,
			Class: cmp.Or(r.ACHClass, classOfWires), Amount: amount, Description: r.Description, LegalName: r.User.LegalName,
			Email: r.User.Email,
			Tag:   r.CustomTag, Metadata: tidy(r.Metadata), Created: c.Now, Status: statusPending,
		}
		t.keep(c.World)
	}
	return bankTransferResponse{BankTransfer: t.body(c.World), RequestID: c.RequestID}, nil
}

type bankTransferCreateRequest struct {
	AccessToken string `json:"access_token"`
	AccountID   string `json:"account_id"`
	bankTransferRequest
}

type bankTransferResponse struct {
	BankTransfer bankTransferBody `json:"bank_transfer"`
	RequestID    string           `json:"request_id"`
}

// bankTransferCreate makes a pending transfer. The same idempotency_key gives the same
// transfer again. Errors, in order of checking: INVALID_FIELD, those of product,
// INVALID_ACCOUNT_ID, those of create.
func bankTransferCreate(c *api.Call, req bankTransferCreateRequest) (bankTransferResponse, error) {
	amount, err := req.check(c)
	if err != nil {
		return bankTransferResponse{}, err
	}
	item, err := product(c, req.AccessToken, productAuth)
	if err != nil {
		return bankTransferResponse{}, err
	}
	acc, ok := item.account(c.World, req.AccountID)
	if !ok {
		return bankTransferResponse{}, errAccountID.New()
	}
	return req.create(c, acc, amount)
}

type processorBankTransferRequest struct {
	ProcessorToken string `json:"processor_token"`
	bankTransferRequest
}

// processorBankTransferCreate is bankTransferCreate for a partner. Errors, in order of
// checking: INVALID_FIELD, those of byProcessorToken, those of create.
func processorBankTransferCreate(c *api.Call, req processorBankTransferRequest) (bankTransferResponse, error) {
	amount, err := req.check(c)
	if err != nil {
		return bankTransferResponse{}, err
	}
	_, acc, err := byProcessorToken(c, req.ProcessorToken, productAuth)
	if err != nil {
		return bankTransferResponse{}, err
	}
	return req.create(c, acc, amount)
}

type bankTransferIDRequest struct {
	BankTransferID string `json:"bank_transfer_id"`
}

// bankTransferOf finds a transfer of the client. The error for one that is not there is
// assumed.
func bankTransferOf(c *api.Call, id string) (bankTransfer, error) {
	t, ok := bankTransfers.Get(c.World, id)
	if !ok || t.Client != c.Client.ID {
		return t, errInvalidField.Text("bank_transfer_id must be a valid bank transfer ID")
	}
	return t, nil
}

// bankTransferGet tells of a transfer. Errors: those of bankTransferOf.
func bankTransferGet(c *api.Call, req bankTransferIDRequest) (bankTransferResponse, error) {
	t, err := bankTransferOf(c, req.BankTransferID)
	if err != nil {
		return bankTransferResponse{}, err
	}
	return bankTransferResponse{BankTransfer: t.body(c.World), RequestID: c.RequestID}, nil
}

// bankTransferCancel takes a transfer back that is still pending. Errors, in order of
// checking: those of bankTransferOf, BANK_TRANSFER_NOT_CANCELLABLE.
func bankTransferCancel(c *api.Call, req bankTransferIDRequest) (requestIDResponse, error) {
	t, err := bankTransferOf(c, req.BankTransferID)
	if err != nil {
		return requestIDResponse{}, err
	}
	if !t.move(c.World, statusCancelled, nil) {
		return requestIDResponse{}, errNotCancellable.New()
	}
	return requestIDResponse{RequestID: c.RequestID}, nil
}

type bankTransferListRequest struct {
	listRange
	Direction *string `json:"direction"`
}

type bankTransferListResponse struct {
	BankTransfers []bankTransferBody `json:"bank_transfers"`
	RequestID     string             `json:"request_id"`
}

// bankTransferList lists the client's transfers, the newest first (assumed). Errors:
// INVALID_FIELD for count and offset.
func bankTransferList(c *api.Call, req bankTransferListRequest) (bankTransferListResponse, error) {
	span, err := req.span()
	if err != nil {
		return bankTransferListResponse{}, err
	}
	own := originationAccount(c.World, c.Client.ID)
	var found []bankTransfer
	for _, id := range bankTransfersOf.Keys(c.World, c.Client.ID) {
		t, _ := bankTransfers.Get(c.World, id)
		if span.holds(t.Created) && fits(textOr(req.Origination, ""), own) && fits(textOr(req.Direction, ""), outbound) {
			found = append(found, t)
		}
	}
	number := func(t bankTransfer) uint64 { return t.N }
	body := func(t bankTransfer) bankTransferBody { return t.body(c.World) }
	return bankTransferListResponse{BankTransfers: newest(found, span, number, body), RequestID: c.RequestID}, nil
}
