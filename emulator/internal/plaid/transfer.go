package plaid

import (
	"encoding/json"
	"slices"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/world"
)

// transfer is a transfer of Plaid's Transfer. In the Sandbox it moves only when it is told to
// (plaid.com/docs/transfer/sandbox).
type transfer struct {
	ID            string           `json:"id"`
	N             uint64           `json:"n"` // in the order of creation, from 1
	Client        string           `json:"client"`
	Authorization string           `json:"authorization"`
	Amount        cents            `json:"amount"`
	Description   string           `json:"description"`
	Metadata      json.RawMessage  `json:"metadata,omitempty"`
	Created       time.Time        `json:"created"`
	Status        string           `json:"status"`
	Failure       *transferFailure `json:"failure,omitempty"`
	SweepStatus   string           `json:"sweep_status,omitempty"` // "" for one of Plaid's ledger
	Swept         []string         `json:"swept,omitempty"`        // sweeps that it was part of
	Recurring     string           `json:"recurring,omitempty"`    // recurring_transfer_id
}

type transferFailure struct {
	ACHReturnCode *string `json:"ach_return_code"`
	Description   string  `json:"description"`
	FailureCode   *string `json:"failure_code"`
}

var (
	transfers               = world.NewTable[transfer]("plaid.transfer", 1) // by id
	transfersOf             = transfers.Index(func(t transfer) string { return t.Client })
	transferByAuthorization = transfers.Index(func(t transfer) string { return t.Authorization })

	errTransferNotCancellable = catalogue.Must(catalogue.Plaid, "TRANSFER_ERROR/TRANSFER_NOT_CANCELLABLE")
)

// The further states of transfers, refunds and sweeps; their events have the same names.
const (
	statusSettled        = "settled"
	statusFundsAvailable = "funds_available"
	statusReturned       = "returned"
)

// transferMoves are the states that can follow a state (OpenAPI file, TransferStatus and
// /sandbox/transfer/simulate).
var transferMoves = map[string][]string{
	statusPending:        {statusPosted, statusFailed, statusCancelled},
	statusPosted:         {statusSettled, statusReturned},
	statusSettled:        {statusFundsAvailable, statusReturned},
	statusFundsAvailable: {statusReturned},
	statusCancelled:      nil,
	statusFailed:         nil,
	statusReturned:       nil,
}

// move brings the transfer into a state at a moment and tells of it, false if it cannot follow. Funds
// become available of ACH debits only. That a settled transfer can still come back is what
// return windows are for; the list of the OpenAPI file leaves it out.
func (t *transfer) move(w *world.World, status string, failure *transferFailure, at time.Time) bool {
	if !slices.Contains(transferMoves[t.Status], status) {
		return false
	}
	a, _ := authorizations.Get(w, t.Authorization)
	if status == statusFundsAvailable && (a.Type != typeDebit || a.Class == "") {
		return false
	}
	t.Status, t.Failure = status, failure
	if t.SweepStatus == sweepUnswept && (status == statusCancelled || status == statusFailed || status == statusReturned) {
		t.SweepStatus = "" // it will never be swept
	}
	t.keep(w, transferEvent{Type: status, Failure: failure, At: at})
	return true
}

// keep stores a transfer and tells what happened to it just now.
func (t *transfer) keep(w *world.World, e transferEvent) {
	transfers.Put(w, t.ID, *t)
	e.Client, e.Transfer = t.Client, t.ID
	e.keep(w)
}

type transferCreateRequest struct {
	AccessToken     string          `json:"access_token"`
	AccountID       string          `json:"account_id"`
	Amount          *string         `json:"amount"`
	AuthorizationID string          `json:"authorization_id"`
	Description     string          `json:"description"`
	Metadata        json.RawMessage `json:"metadata"`
}

// The documented lengths of a description, for RTP and for ACH.
const (
	descriptionMax    = 15
	descriptionMaxACH = 10
)

// amountOf is what the transfer is about: at most what was authorized, and that without an
// amount of its own.
func (r transferCreateRequest) amountOf(a transferAuthorization) (cents, error) {
	if r.Amount == nil || *r.Amount == "" {
		return a.Amount, nil
	}
	amount, err := checkAmount(*r.Amount)
	if err == nil && amount > a.Amount {
		err = errInvalidField.Text("amount must be no more than the authorized amount")
	}
	return amount, err
}

type transferResponse struct {
	RequestID string       `json:"request_id"`
	Transfer  transferBody `json:"transfer"`
}

// transferCreate makes the transfer of an authorization; asked again it returns the same one.
// Errors, in order of checking: those of authorizationOf, INVALID_FIELD for the account of
// another authorization, one that is not approved, was cancelled or is an hour old, for the
// amount, the description and the metadata (texts assumed), those of itemOf.
func transferCreate(c *api.Call, req transferCreateRequest) (transferResponse, error) {
	a, err := authorizationOf(c, req.AuthorizationID)
	if err != nil {
		return transferResponse{}, err
	}
	t, made := transferByAuthorization.First(c.World, a.ID)
	if !made {
		if t, err = req.make(c, a); err != nil {
			return transferResponse{}, err
		}
	}
	return transferResponse{RequestID: c.RequestID, Transfer: t.body(c.World)}, nil
}

func (r transferCreateRequest) make(c *api.Call, a transferAuthorization) (t transfer, err error) {
	amount, err := r.amountOf(a)
	longest := descriptionMaxACH
	if a.Network == networkRTP {
		longest = descriptionMax
	}
	switch {
	case err != nil:
		return t, err
	case a.Account != r.AccountID:
		return t, errInvalidField.Text("account_id must be that of the authorization")
	case a.Decision != approved:
		return t, errInvalidField.Text("authorization_id must be that of an approved authorization")
	case a.Cancel:
		return t, errInvalidField.Text("authorization_id must not be that of a cancelled authorization")
	case c.Now.Sub(a.Created) >= authorizationLife:
		return t, errInvalidField.Text("authorization_id must not be that of an expired authorization")
	case len(r.Description) > longest:
		return t, errInvalidField.Text("description is too long for the network of the transfer")
	}
	if err := checkMetadata(r.Metadata); err != nil {
		return t, err
	}
	if _, err := itemOf(c, r.AccessToken); err != nil {
		return t, err
	}
	t = transfer{Amount: amount, Description: r.Description, Metadata: tidy(r.Metadata)}
	t.start(c.World, a, c.Now)
	return t, nil
}

// start makes a transfer of an authorization, at a moment.
func (t *transfer) start(w *world.World, a transferAuthorization, at time.Time) {
	t.ID, t.N, t.Client, t.Authorization = w.UUID("transfer"), w.Count("plaid.transfer"), a.Client, a.ID
	t.Created, t.Status = at, statusPending
	if a.Funding != nil {
		t.SweepStatus = sweepUnswept
	}
	t.keep(w, transferEvent{Type: statusPending, At: at})
}

// transferOf finds a transfer of the client. The error for one that is not there is assumed.
func transferOf(c *api.Call, id string) (transfer, error) {
	t, ok := transfers.Get(c.World, id)
	if !ok || t.Client != c.Client.ID {
		return t, errInvalidField.Text("transfer_id must be a valid transfer ID")
	}
	return t, nil
}

type transferGetRequest struct {
	AuthorizationID string `json:"authorization_id"`
	TransferID      string `json:"transfer_id"`
}

// transferGet tells of a transfer, found by its id or by that of its authorization. Errors, in
// order of checking: INVALID_FIELD with both or none (assumed), those of transferOf.
func transferGet(c *api.Call, req transferGetRequest) (transferResponse, error) {
	if (req.AuthorizationID == "") == (req.TransferID == "") {
		return transferResponse{}, errInvalidField.Text("one of transfer_id and authorization_id must be provided")
	}
	id := req.TransferID
	if id == "" {
		t, _ := transferByAuthorization.First(c.World, req.AuthorizationID)
		id = t.ID
	}
	t, err := transferOf(c, id)
	if err != nil {
		return transferResponse{}, err
	}
	return transferResponse{RequestID: c.RequestID, Transfer: t.body(c.World)}, nil
}

type transferIDRequest struct {
	TransferID string `json:"transfer_id"`
}

// transferCancel takes a transfer back that is still pending. Errors, in order of checking:
// those of transferOf, TRANSFER_NOT_CANCELLABLE.
func transferCancel(c *api.Call, req transferIDRequest) (requestIDResponse, error) {
	t, err := transferOf(c, req.TransferID)
	if err != nil {
		return requestIDResponse{}, err
	}
	if !t.move(c.World, statusCancelled, nil, c.Now) {
		return requestIDResponse{}, errTransferNotCancellable.New()
	}
	return requestIDResponse{RequestID: c.RequestID}, nil
}

type transferListRequest struct {
	listRange
	Funding *string `json:"funding_account_id"`
}

type transferListResponse struct {
	RequestID string         `json:"request_id"`
	Transfers []transferBody `json:"transfers"`
}

// transferList lists the client's transfers, the newest first (assumed). Errors:
// INVALID_FIELD.
func transferList(c *api.Call, req transferListRequest) (transferListResponse, error) {
	span, err := req.span()
	if err != nil {
		return transferListResponse{}, err
	}
	found := slices.DeleteFunc(ownTransfers(c.World, c.Client.ID), func(t transfer) bool {
		a, _ := authorizations.Get(c.World, t.Authorization)
		return !span.holds(t.Created) || !fits(textOr(req.Funding, ""), textOr(a.Funding, "")) ||
			!fits(textOr(req.Origination, ""), originationAccount(c.World, t.Client))
	})
	number, body := func(t transfer) uint64 { return t.N }, func(t transfer) transferBody { return t.body(c.World) }
	return transferListResponse{RequestID: c.RequestID, Transfers: newest(found, span, number, body)}, nil
}

// ownTransfers are a client's transfers, in the order of their creation.
func ownTransfers(w *world.World, client string) []transfer {
	var out []transfer
	for _, id := range transfersOf.Keys(w, client) {
		t, _ := transfers.Get(w, id)
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b transfer) int { return int(a.N) - int(b.N) })
	return out
}
