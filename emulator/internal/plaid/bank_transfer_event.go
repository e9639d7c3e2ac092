package plaid

import (
	"fmt"
	"slices"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/nacha"
	"tweed/emulator/internal/world"
)

// bankTransferEvent is one step of a bank transfer.
type bankTransferEvent struct {
	ID       int64        `json:"id"` // from 1, without a gap in a world
	Client   string       `json:"client"`
	Transfer string       `json:"transfer"`
	Type     string       `json:"type"` // the state that was reached
	At       time.Time    `json:"at"`
	Failure  *bankFailure `json:"failure,omitempty"`
}

var (
	bankTransferEvents   = world.NewTable[bankTransferEvent]("plaid.bank_transfer_event", 1) // by eventKey
	bankTransferEventsOf = bankTransferEvents.Index(func(e bankTransferEvent) string { return e.Client })

	errTransition = catalogue.Must(catalogue.Plaid, "SANDBOX_ERROR/SANDBOX_TRANSFER_EVENT_TRANSITION_INVALID")
)

// eventKey makes key order the order of events.
func eventKey(id int64) string { return fmt.Sprintf("%020d", id) }

func newBankTransferEvent(w *world.World, t bankTransfer) {
	id := int64(bankTransferEvents.Len(w)) + 1
	bankTransferEvents.Put(w, eventKey(id), bankTransferEvent{
		ID: id, Client: t.Client, Transfer: t.ID, Type: t.Status, At: w.Now(), Failure: t.Failure,
	})
}

type bankTransferEventBody struct {
	AccountID       string       `json:"account_id"`
	Amount          string       `json:"bank_transfer_amount"`
	BankTransferID  string       `json:"bank_transfer_id"`
	ISOCurrencyCode string       `json:"bank_transfer_iso_currency_code"`
	Type            string       `json:"bank_transfer_type"`
	Direction       string       `json:"direction"`
	EventID         int64        `json:"event_id"`
	EventType       string       `json:"event_type"`
	FailureReason   *bankFailure `json:"failure_reason"`
	OriginationID   string       `json:"origination_account_id"`
	Timestamp       string       `json:"timestamp"`
}

func (e bankTransferEvent) body(w *world.World) bankTransferEventBody {
	t, _ := bankTransfers.Get(w, e.Transfer)
	return bankTransferEventBody{
		AccountID: t.Account, Amount: t.Amount.String(), BankTransferID: t.ID, ISOCurrencyCode: usd, Type: t.Type,
		Direction: outbound, EventID: e.ID, EventType: e.Type, FailureReason: e.Failure,
		OriginationID: originationAccount(w, e.Client), Timestamp: e.At.Format(time.RFC3339),
	}
}

type bankTransferEventListRequest struct {
	listRange
	BankTransferID *string  `json:"bank_transfer_id"`
	AccountID      *string  `json:"account_id"`
	Type           *string  `json:"bank_transfer_type"`
	EventTypes     []string `json:"event_types"`
	Direction      *string  `json:"direction"`
}

// wants says whether an event is one that the request asks for.
func (r bankTransferEventListRequest) wants(e bankTransferEventBody) bool {
	return fits(textOr(r.BankTransferID, ""), e.BankTransferID) && fits(textOr(r.AccountID, ""), e.AccountID) &&
		fits(textOr(r.Type, ""), e.Type) && fits(textOr(r.Direction, ""), e.Direction) &&
		fits(textOr(r.Origination, ""), e.OriginationID) &&
		(len(r.EventTypes) == 0 || slices.Contains(r.EventTypes, e.EventType))
}

type bankTransferEventsResponse struct {
	Events    []bankTransferEventBody `json:"bank_transfer_events"`
	RequestID string                  `json:"request_id"`
}

// bankTransferEventList lists events, the most recent first (OpenAPI file: of more than
// count the most recent are returned; their order is assumed). Errors: INVALID_FIELD.
func bankTransferEventList(c *api.Call, req bankTransferEventListRequest) (bankTransferEventsResponse, error) {
	span, err := req.span()
	if err != nil {
		return bankTransferEventsResponse{}, err
	}
	found := []bankTransferEventBody{}
	for _, key := range slices.Backward(bankTransferEventsOf.Keys(c.World, c.Client.ID)) {
		e, _ := bankTransferEvents.Get(c.World, key)
		if body := e.body(c.World); span.holds(e.At) && req.wants(body) {
			found = append(found, body)
		}
	}
	return bankTransferEventsResponse{Events: page(found, span.count, span.offset), RequestID: c.RequestID}, nil
}

type eventSyncRequest struct {
	AfterID whole  `json:"after_id"`
	Count   *whole `json:"count"`
}

// checked returns the number of events to answer with. Errors: INVALID_FIELD (texts assumed).
func (r eventSyncRequest) checked(most int) (int, error) {
	if r.AfterID < 0 {
		return 0, errInvalidField.Text("after_id must be a non-negative integer")
	}
	if r.Count == nil {
		return most, nil
	}
	return int(*r.Count), checkPage("", *r.Count, 0, most)
}

// bankTransferEventSync lists the events after one, in their order. Errors: INVALID_FIELD.
func bankTransferEventSync(c *api.Call, req eventSyncRequest) (bankTransferEventsResponse, error) {
	count, err := req.checked(listMax)
	if err != nil {
		return bankTransferEventsResponse{}, err
	}
	out := bankTransferEventsResponse{Events: []bankTransferEventBody{}, RequestID: c.RequestID}
	after := func(_ string, e bankTransferEvent) bool { return e.ID > int64(req.AfterID) }
	for _, e := range bankTransferEventsOf.From(c.World, c.Client.ID, after) {
		if len(out.Events) == count {
			break
		}
		out.Events = append(out.Events, e.body(c.World))
	}
	return out, nil
}

// failureGiven is the failure_reason of a simulation.
type failureGiven struct {
	ACHReturnCode *string `json:"ach_return_code"`
	Description   *string `json:"description"`
}

// reason is what a failure says: what the simulation gave, else the title of the return
// code, R01 for a return without one (assumed).
func (f *failureGiven) reason(returned bool) *bankFailure {
	given := failureGiven{}
	if f != nil {
		given = *f
	}
	out := &bankFailure{ACHReturnCode: given.ACHReturnCode, Description: "The transfer failed"}
	if returned && textOr(given.ACHReturnCode, "") == "" {
		code := "R01"
		out.ACHReturnCode = &code
	}
	if known, ok := nacha.FindReturn(textOr(out.ACHReturnCode, "")); ok {
		out.Description = known.Title
	}
	out.Description = textOr(given.Description, out.Description)
	return out
}

type bankTransferSimulateRequest struct {
	BankTransferID string        `json:"bank_transfer_id"`
	EventType      string        `json:"event_type"`
	FailureReason  *failureGiven `json:"failure_reason"`
}

// sandboxBankTransferSimulate moves a transfer. Errors, in order of checking: INVALID_FIELD
// for an event that cannot be simulated, those of bankTransferOf,
// SANDBOX_TRANSFER_EVENT_TRANSITION_INVALID.
func sandboxBankTransferSimulate(c *api.Call, req bankTransferSimulateRequest) (requestIDResponse, error) {
	if err := checkOneOf("event_type", req.EventType, statusPosted, statusFailed, statusReversed); err != nil {
		return requestIDResponse{}, err
	}
	t, err := bankTransferOf(c, req.BankTransferID)
	if err != nil {
		return requestIDResponse{}, err
	}
	var failure *bankFailure
	if req.EventType != statusPosted {
		failure = req.FailureReason.reason(req.EventType == statusReversed)
	}
	if !t.move(c.World, req.EventType, failure) {
		return requestIDResponse{}, errTransition.New()
	}
	return requestIDResponse{RequestID: c.RequestID}, nil
}

type webhookRequest struct {
	Webhook string `json:"webhook"`
}

// sandboxBankTransferFireWebhook tells a webhook that there are new events. By itself no
// transfer does: where such webhooks go is set in Plaid's dashboard.
func sandboxBankTransferFireWebhook(c *api.Call, req webhookRequest) (requestIDResponse, error) {
	sendWebhook(c.World, req.Webhook, map[string]any{
		"webhook_type": "BANK_TRANSFERS", "webhook_code": "BANK_TRANSFERS_EVENTS_UPDATE",
	})
	return requestIDResponse{RequestID: c.RequestID}, nil
}
