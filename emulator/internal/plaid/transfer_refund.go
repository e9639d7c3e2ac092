package plaid

import (
	"slices"
	"strings"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/world"
)

// refund gives a debit back, in whole or in part.
type refund struct {
	ID       string           `json:"id"`
	N        uint64           `json:"n"` // in the order of creation, from 1
	Client   string           `json:"client"`
	Key      string           `json:"key"` // idempotency_key
	Transfer string           `json:"transfer"`
	Amount   cents            `json:"amount"`
	Created  time.Time        `json:"created"`
	Status   string           `json:"status"`
	Failure  *transferFailure `json:"failure,omitempty"`
}

var (
	refunds     = world.NewTable[refund]("plaid.transfer_refund", 1) // by id
	refundsOf   = refunds.Index(func(r refund) string { return r.Transfer })
	refundByKey = refunds.Index(func(r refund) string { return r.Client + "/" + r.Key })
)

// refundMoves are the states that can follow a state (OpenAPI file,
// /sandbox/transfer/refund/simulate).
var refundMoves = map[string][]string{
	statusPending:   {statusPosted, statusFailed, statusCancelled},
	statusPosted:    {statusSettled, statusReturned},
	statusSettled:   nil,
	statusCancelled: nil,
	statusFailed:    nil,
	statusReturned:  nil,
}

// refundEvent is what the events of refunds begin with.
const refundEvent = "refund."

// move brings the refund into a state and tells of it, false if it cannot follow. It is posted
// only once its transfer has settled (OpenAPI file).
func (r *refund) move(w *world.World, status string, failure *transferFailure) bool {
	if !slices.Contains(refundMoves[r.Status], status) {
		return false
	}
	t, _ := transfers.Get(w, r.Transfer)
	if status == statusPosted && t.Status != statusSettled && t.Status != statusFundsAvailable {
		return false
	}
	r.Status, r.Failure = status, failure
	r.keep(w)
	return true
}

func (r *refund) keep(w *world.World) {
	refunds.Put(w, r.ID, *r)
	transferEvent{
		Client: r.Client, Type: refundEvent + r.Status, Transfer: r.Transfer, Refund: r.ID, Failure: r.Failure,
	}.keep(w)
}

// stands says whether the refund takes money: it does until it has failed in one way or other.
func (r refund) stands() bool {
	return r.Status != statusCancelled && r.Status != statusFailed && r.Status != statusReturned
}

type refundBody struct {
	Amount         string           `json:"amount"`
	Created        string           `json:"created"`
	FailureReason  *transferFailure `json:"failure_reason"`
	ID             string           `json:"id"`
	LedgerID       *string          `json:"ledger_id"`
	NetworkTraceID *string          `json:"network_trace_id"`
	Status         string           `json:"status"`
	TransferID     string           `json:"transfer_id"`
}

func (r refund) body(w *world.World) refundBody {
	t, _ := transfers.Get(w, r.Transfer)
	a, _ := authorizations.Get(w, t.Authorization)
	out := refundBody{
		Amount: r.Amount.String(), Created: r.Created.Format(time.RFC3339), FailureReason: r.Failure, ID: r.ID,
		Status: r.Status, TransferID: r.Transfer,
		NetworkTraceID: transfer{ID: r.ID, Status: r.Status}.trace(w),
	}
	_, out.LedgerID = fundsOf(w, r.Client, a.Funding)
	return out
}

// refunds are those of a transfer, in the order of their creation.
func (t transfer) refunds(w *world.World) []refundBody {
	var all []refund
	for _, id := range refundsOf.Keys(w, t.ID) {
		r, _ := refunds.Get(w, id)
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b refund) int { return int(a.N) - int(b.N) })
	out := []refundBody{}
	for _, r := range all {
		out = append(out, r.body(w))
	}
	return out
}

type refundCreateRequest struct {
	Amount     string `json:"amount"`
	Key        string `json:"idempotency_key"`
	TransferID string `json:"transfer_id"`
}

type refundResponse struct {
	Refund    refundBody `json:"refund"`
	RequestID string     `json:"request_id"`
}

// refundLife is how long after its creation a transfer can be refunded (OpenAPI file).
const refundLife = 180 * oneDay

// transferRefundCreate gives a debit back. The same idempotency_key gives the same refund
// again. Errors, in order of checking: INVALID_FIELD for the amount, those of transferOf,
// INVALID_FIELD for a transfer that cannot be refunded, for more than is left of it, and for
// more than the ledger has (documented, the row and its texts are assumed).
func transferRefundCreate(c *api.Call, req refundCreateRequest) (refundResponse, error) {
	amount, err := checkAmount(req.Amount)
	if err != nil {
		return refundResponse{}, err
	}
	t, err := transferOf(c, req.TransferID)
	if err != nil {
		return refundResponse{}, err
	}
	r, made := refundByKey.First(c.World, c.Client.ID+"/"+req.Key)
	if !made {
		if err := t.refundable(c, amount); err != nil {
			return refundResponse{}, err
		}
		r = refund{
			ID: c.World.UUID("refund"), N: c.World.Count("plaid.transfer_refund"), Client: c.Client.ID, Key: req.Key,
			Transfer: t.ID, Amount: amount, Created: c.Now, Status: statusPending,
		}
		r.keep(c.World)
	}
	return refundResponse{Refund: r.body(c.World), RequestID: c.RequestID}, nil
}

func (t transfer) refundable(c *api.Call, amount cents) error {
	a, _ := authorizations.Get(c.World, t.Authorization)
	left := t.Amount
	for _, id := range refundsOf.Keys(c.World, t.ID) {
		if r, _ := refunds.Get(c.World, id); r.stands() {
			left -= r.Amount
		}
	}
	switch {
	case a.Type != typeDebit, t.Status == statusCancelled, t.Status == statusFailed, t.Status == statusReturned,
		c.Now.Sub(t.Created) > refundLife:
		return errInvalidField.Text("transfer_id must be that of a transfer that can be refunded")
	case amount > left:
		return errInvalidField.Text("amount must be no more than what is left of the transfer")
	case a.Funding == nil && amount > ledgerBalance(c.World, c.Client.ID).available:
		return errInvalidField.Text("amount must be no more than the available balance of the ledger")
	}
	return nil
}

type refundIDRequest struct {
	RefundID string `json:"refund_id"`
}

// refundOf finds a refund of the client. The error for one that is not there is assumed.
func refundOf(c *api.Call, id string) (refund, error) {
	r, ok := refunds.Get(c.World, id)
	if !ok || r.Client != c.Client.ID {
		return r, errInvalidField.Text("refund_id must be a valid refund ID")
	}
	return r, nil
}

// transferRefundGet tells of a refund. Errors: those of refundOf.
func transferRefundGet(c *api.Call, req refundIDRequest) (refundResponse, error) {
	r, err := refundOf(c, req.RefundID)
	if err != nil {
		return refundResponse{}, err
	}
	return refundResponse{Refund: r.body(c.World), RequestID: c.RequestID}, nil
}

// transferRefundCancel takes a refund back that is still pending. Errors, in order of
// checking: those of refundOf, TRANSFER_NOT_CANCELLABLE (assumed).
func transferRefundCancel(c *api.Call, req refundIDRequest) (requestIDResponse, error) {
	r, err := refundOf(c, req.RefundID)
	if err != nil {
		return requestIDResponse{}, err
	}
	if !r.move(c.World, statusCancelled, nil) {
		return requestIDResponse{}, errTransferNotCancellable.New()
	}
	return requestIDResponse{RequestID: c.RequestID}, nil
}

type refundSimulateRequest struct {
	EventType     string                `json:"event_type"`
	FailureReason *transferFailureGiven `json:"failure_reason"`
	RefundID      string                `json:"refund_id"`
	Webhook       string                `json:"webhook"`
}

// sandboxTransferRefundSimulate moves a refund. Errors, in order of checking: INVALID_FIELD
// for an event that cannot be simulated, those of refundOf,
// SANDBOX_TRANSFER_EVENT_TRANSITION_INVALID.
func sandboxTransferRefundSimulate(c *api.Call, req refundSimulateRequest) (requestIDResponse, error) {
	err := checkOneOf("event_type", req.EventType, refundEvent+statusPosted, refundEvent+statusSettled,
		refundEvent+statusFailed, refundEvent+statusReturned)
	if err != nil {
		return requestIDResponse{}, err
	}
	r, err := refundOf(c, req.RefundID)
	if err != nil {
		return requestIDResponse{}, err
	}
	status := strings.TrimPrefix(req.EventType, refundEvent)
	var failure *transferFailure
	if status == statusFailed || status == statusReturned {
		failure = req.FailureReason.reason(status == statusReturned)
	}
	if !r.move(c.World, status, failure) {
		return requestIDResponse{}, errTransition.New()
	}
	tellTransfers(c.World, req.Webhook)
	return requestIDResponse{RequestID: c.RequestID}, nil
}
