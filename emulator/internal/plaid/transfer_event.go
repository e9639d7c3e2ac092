package plaid

import (
	"slices"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/world"
)

// transferEvent is a step of a transfer, of a refund or of a sweep.
type transferEvent struct {
	ID       int64            `json:"id"` // from 1, without a gap in a world
	Client   string           `json:"client"`
	Type     string           `json:"type"`
	At       time.Time        `json:"at"`
	Transfer string           `json:"transfer,omitempty"` // "" for a sweep of the ledger
	Refund   string           `json:"refund,omitempty"`
	Sweep    string           `json:"sweep,omitempty"`
	Amount   *cents           `json:"amount,omitempty"` // of the transfer's part in the sweep
	Failure  *transferFailure `json:"failure,omitempty"`
}

var (
	transferEvents   = world.NewTable[transferEvent]("plaid.transfer_event", 1) // by eventKey
	transferEventsOf = transferEvents.Index(func(e transferEvent) string { return e.Client })
)

// keep stores an event, of now unless it says when.
func (e transferEvent) keep(w *world.World) {
	e.ID = int64(transferEvents.Len(w)) + 1
	if e.At.IsZero() {
		e.At = w.Now()
	}
	transferEvents.Put(w, eventKey(e.ID), e)
}

type transferEventBody struct {
	AccountID          string           `json:"account_id,omitempty"`
	EventID            int64            `json:"event_id"`
	EventType          string           `json:"event_type"`
	FailureReason      *transferFailure `json:"failure_reason"`
	FundingAccountID   *string          `json:"funding_account_id"`
	LedgerID           *string          `json:"ledger_id"`
	OriginationID      string           `json:"origination_account_id"`
	OriginatorClientID *string          `json:"originator_client_id"`
	RefundID           *string          `json:"refund_id"`
	SweepAmount        *string          `json:"sweep_amount"`
	SweepID            *string          `json:"sweep_id"`
	Timestamp          string           `json:"timestamp"`
	TransferAmount     string           `json:"transfer_amount,omitempty"`
	TransferID         string           `json:"transfer_id"`
	TransferType       string           `json:"transfer_type,omitempty"`
}

func (e transferEvent) body(w *world.World) transferEventBody {
	out := transferEventBody{
		EventID: e.ID, EventType: e.Type, FailureReason: e.Failure, OriginationID: originationAccount(w, e.Client),
		RefundID: orNull(e.Refund), SweepID: orNull(e.Sweep), Timestamp: e.At.Format(time.RFC3339), TransferID: e.Transfer,
	}
	var funding *string
	if t, ok := transfers.Get(w, e.Transfer); ok {
		a, _ := authorizations.Get(w, t.Authorization)
		out.AccountID, out.TransferAmount, out.TransferType = a.Account, t.Amount.String(), a.Type
		funding = a.Funding
	}
	out.FundingAccountID, out.LedgerID = fundsOf(w, e.Client, funding)
	if e.Amount != nil {
		out.SweepAmount = orNull(e.Amount.String())
	}
	return out
}

type transferEventListRequest struct {
	listRange
	AccountID    *string  `json:"account_id"`
	EventTypes   []string `json:"event_types"`
	Funding      *string  `json:"funding_account_id"`
	SweepID      *string  `json:"sweep_id"`
	TransferID   *string  `json:"transfer_id"`
	TransferType *string  `json:"transfer_type"`
}

func (r transferEventListRequest) wants(e transferEventBody) bool {
	return fits(textOr(r.AccountID, ""), e.AccountID) && fits(textOr(r.Funding, ""), textOr(e.FundingAccountID, "")) &&
		fits(textOr(r.SweepID, ""), textOr(e.SweepID, "")) && fits(textOr(r.TransferID, ""), e.TransferID) &&
		fits(textOr(r.TransferType, ""), e.TransferType) && fits(textOr(r.Origination, ""), e.OriginationID) &&
		(len(r.EventTypes) == 0 || slices.Contains(r.EventTypes, e.EventType))
}

type transferEventsResponse struct {
	HasMore   bool                `json:"has_more"`
	RequestID string              `json:"request_id"`
	Events    []transferEventBody `json:"transfer_events"`
}

// transferEventList lists events, the most recent first (assumed, as for Bank Transfers).
// Errors: INVALID_FIELD.
func transferEventList(c *api.Call, req transferEventListRequest) (transferEventsResponse, error) {
	span, err := req.span()
	if err != nil {
		return transferEventsResponse{}, err
	}
	found := []transferEventBody{}
	for _, key := range slices.Backward(transferEventsOf.Keys(c.World, c.Client.ID)) {
		e, _ := transferEvents.Get(c.World, key)
		if body := e.body(c.World); span.holds(e.At) && req.wants(body) {
			found = append(found, body)
		}
	}
	part := page(found, span.count, span.offset)
	return transferEventsResponse{
		HasMore: int(span.offset)+len(part) < len(found), RequestID: c.RequestID, Events: part,
	}, nil
}

// transferSyncMax is the most and the usual number of events in one answer of sync: the usual
// one is documented, that it is the most is assumed.
const transferSyncMax = 100

// transferEventSync lists the events after one, in their order. Errors: INVALID_FIELD.
func transferEventSync(c *api.Call, req eventSyncRequest) (transferEventsResponse, error) {
	count, err := req.checked(transferSyncMax)
	if err != nil {
		return transferEventsResponse{}, err
	}
	out := transferEventsResponse{RequestID: c.RequestID, Events: []transferEventBody{}}
	after := func(_ string, e transferEvent) bool { return e.ID > int64(req.AfterID) }
	for _, e := range transferEventsOf.From(c.World, c.Client.ID, after) {
		if len(out.Events) == count {
			out.HasMore = true
			break
		}
		out.Events = append(out.Events, e.body(c.World))
	}
	return out, nil
}

// tellTransfers tells a webhook that there are new events.
func tellTransfers(w *world.World, target string) {
	sendWebhook(w, target, map[string]any{"webhook_type": "TRANSFER", "webhook_code": "TRANSFER_EVENTS_UPDATE"})
}

// sandboxTransferFireWebhook tells a webhook of new events, whether there are any or not.
func sandboxTransferFireWebhook(c *api.Call, req webhookRequest) (requestIDResponse, error) {
	tellTransfers(c.World, req.Webhook)
	return requestIDResponse{RequestID: c.RequestID}, nil
}

// transferFailureGiven is the failure_reason of a simulation.
type transferFailureGiven struct {
	failureGiven
	FailureCode *string `json:"failure_code"`
}

// reason is what a failure says; see failureGiven.reason. The two codes are the same.
func (f *transferFailureGiven) reason(returned bool) *transferFailure {
	var given failureGiven
	if f != nil {
		given = f.failureGiven
		if given.ACHReturnCode == nil {
			given.ACHReturnCode = f.FailureCode
		}
	}
	said := given.reason(returned)
	return &transferFailure{
		ACHReturnCode: said.ACHReturnCode, Description: said.Description, FailureCode: said.ACHReturnCode,
	}
}

type transferSimulateRequest struct {
	EventType     string                `json:"event_type"`
	FailureReason *transferFailureGiven `json:"failure_reason"`
	TestClockID   *string               `json:"test_clock_id"`
	TransferID    string                `json:"transfer_id"`
	Webhook       string                `json:"webhook"`
}

// sandboxTransferSimulate moves a transfer, at the time of a test clock if it names one. Errors,
// in order of checking: INVALID_FIELD for an event that cannot be simulated, those of
// transferOf and clockTime, SANDBOX_TRANSFER_EVENT_TRANSITION_INVALID.
func sandboxTransferSimulate(c *api.Call, req transferSimulateRequest) (requestIDResponse, error) {
	err := checkOneOf("event_type", req.EventType,
		statusPosted, statusSettled, statusFailed, statusFundsAvailable, statusReturned)
	if err != nil {
		return requestIDResponse{}, err
	}
	t, err := transferOf(c, req.TransferID)
	if err != nil {
		return requestIDResponse{}, err
	}
	var failure *transferFailure
	if req.EventType == statusFailed || req.EventType == statusReturned {
		failure = req.FailureReason.reason(req.EventType == statusReturned)
	}
	at, err := clockTime(c, req.TestClockID)
	if err != nil {
		return requestIDResponse{}, err
	}
	if !t.move(c.World, req.EventType, failure, at) {
		return requestIDResponse{}, errTransition.New()
	}
	tellTransfers(c.World, req.Webhook)
	return requestIDResponse{RequestID: c.RequestID}, nil
}
