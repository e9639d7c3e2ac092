package plaid

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/world"
)

// payment is a payment of Payment Initiation. It waits for a user in Link, or for the
// Sandbox's simulation.
type payment struct {
	N         uint64          `json:"n"` // in the order of creation, from 1
	Client    string          `json:"client"`
	Recipient string          `json:"recipient"`
	Reference string          `json:"reference"`
	Amount    paymentAmount   `json:"amount"`
	Schedule  json.RawMessage `json:"schedule,omitempty"`
	Scheme    *string         `json:"scheme,omitempty"`
	Token     string          `json:"token,omitempty"` // of old Link
	Status    string          `json:"status"`
	Updated   time.Time       `json:"updated"`
}

type paymentAmount struct {
	Currency string      `json:"currency"`
	Value    json.Number `json:"value"`
}

var (
	payments   = world.NewTable[payment]("plaid.payment", 1) // by payment_id
	paymentsOf = payments.Index(func(p payment) string { return p.Client })
)

// The states of a payment. Only the first is one that the API makes.
const paymentInputNeeded = "PAYMENT_STATUS_INPUT_NEEDED"

// paymentMoves are the states that can follow a state (plaid.com/docs/payment-initiation,
// the terminal states; which of the others follow which is assumed: forward only).
var paymentMoves = map[string][]string{
	paymentInputNeeded: {
		"PAYMENT_STATUS_AUTHORISING", "PAYMENT_STATUS_INITIATED", "PAYMENT_STATUS_BLOCKED", "PAYMENT_STATUS_CANCELLED",
		"PAYMENT_STATUS_FAILED",
	},
	"PAYMENT_STATUS_AUTHORISING": {
		"PAYMENT_STATUS_INITIATED", "PAYMENT_STATUS_BLOCKED", "PAYMENT_STATUS_CANCELLED", "PAYMENT_STATUS_FAILED",
		"PAYMENT_STATUS_INSUFFICIENT_FUNDS", "PAYMENT_STATUS_REJECTED",
	},
	"PAYMENT_STATUS_INITIATED": {
		"PAYMENT_STATUS_EXECUTED", "PAYMENT_STATUS_FAILED", "PAYMENT_STATUS_INSUFFICIENT_FUNDS", "PAYMENT_STATUS_REJECTED",
		"PAYMENT_STATUS_ESTABLISHED",
	},
	"PAYMENT_STATUS_EXECUTED":           {"PAYMENT_STATUS_SETTLED", "PAYMENT_STATUS_FAILED"},
	"PAYMENT_STATUS_SETTLED":            nil,
	"PAYMENT_STATUS_ESTABLISHED":        nil,
	"PAYMENT_STATUS_BLOCKED":            nil,
	"PAYMENT_STATUS_CANCELLED":          nil,
	"PAYMENT_STATUS_FAILED":             nil,
	"PAYMENT_STATUS_INSUFFICIENT_FUNDS": nil,
	"PAYMENT_STATUS_REJECTED":           nil,
}

// currencies of payments (OpenAPI file, PaymentAmountCurrency).
var currencies = []string{"GBP", "EUR", "PLN", "SEK", "DKK", "NOK"}

type paymentCreateRequest struct {
	RecipientID string          `json:"recipient_id"`
	Reference   string          `json:"reference"`
	Amount      paymentAmount   `json:"amount"`
	Schedule    json.RawMessage `json:"schedule"`
	Options     *struct {
		Scheme *string `json:"scheme"`
	} `json:"options"`
}

type paymentCreateResponse struct {
	PaymentID string `json:"payment_id"`
	RequestID string `json:"request_id"`
	Status    string `json:"status"`
}

// paymentInitiationPaymentCreate makes a payment that waits for its user. Errors, in order
// of checking: INVALID_FIELD for the amount (texts assumed), those of recipientOf.
func paymentInitiationPaymentCreate(c *api.Call, req paymentCreateRequest) (paymentCreateResponse, error) {
	if value, err := req.Amount.Value.Float64(); err != nil || value <= 0 {
		return paymentCreateResponse{}, errInvalidField.Text("amount.value must be a positive number")
	}
	if err := checkOneOf("amount.currency", req.Amount.Currency, currencies...); err != nil {
		return paymentCreateResponse{}, err
	}
	if _, err := recipientOf(c, req.RecipientID); err != nil {
		return paymentCreateResponse{}, err
	}
	row := payment{
		N: c.World.Count("plaid.payment"), Client: c.Client.ID, Recipient: req.RecipientID, Reference: req.Reference,
		Amount: req.Amount, Schedule: tidy(req.Schedule), Status: paymentInputNeeded, Updated: c.Now,
	}
	if req.Options != nil {
		row.Scheme = req.Options.Scheme
	}
	id := newToken(c.World, "payment-id")
	payments.Put(c.World, id, row)
	return paymentCreateResponse{PaymentID: id, RequestID: c.RequestID, Status: row.Status}, nil
}

type paymentIDRequest struct {
	PaymentID string `json:"payment_id"`
}

// paymentOf finds a payment of the client. The error for one that is not there is assumed.
func paymentOf(c *api.Call, id string) (payment, error) {
	p, ok := payments.Get(c.World, id)
	if !ok || p.Client != c.Client.ID {
		return p, errInvalidField.Text("payment_id must be a valid payment ID")
	}
	return p, nil
}

type paymentBody struct {
	Amount           paymentAmount   `json:"amount"`
	BACS             *bacs           `json:"bacs"` // the sender's, of whom nobody has heard
	IBAN             *string         `json:"iban"`
	LastStatusUpdate string          `json:"last_status_update"`
	PaymentID        string          `json:"payment_id"`
	RecipientID      string          `json:"recipient_id"`
	Reference        string          `json:"reference"`
	RequestID        string          `json:"request_id,omitempty"`
	Schedule         json.RawMessage `json:"schedule,omitempty"`
	Scheme           *string         `json:"scheme"`
	Status           string          `json:"status"`
}

func (p payment) body(id string) paymentBody {
	return paymentBody{
		Amount: p.Amount, LastStatusUpdate: p.Updated.Format(time.RFC3339), PaymentID: id, RecipientID: p.Recipient,
		Reference: p.Reference, Schedule: p.Schedule, Scheme: p.Scheme, Status: p.Status,
	}
}

// paymentInitiationPaymentGet tells of a payment. Errors: those of paymentOf.
func paymentInitiationPaymentGet(c *api.Call, req paymentIDRequest) (paymentBody, error) {
	p, err := paymentOf(c, req.PaymentID)
	if err != nil {
		return paymentBody{}, err
	}
	out := p.body(req.PaymentID)
	out.RequestID = c.RequestID
	return out, nil
}

// The number of payments in one answer (OpenAPI file).
const (
	paymentsMax   = 200
	paymentsCount = 10
)

type paymentListRequest struct {
	Count     *whole  `json:"count"`
	Cursor    *string `json:"cursor"`
	ConsentID *string `json:"consent_id"`
}

type paymentListResponse struct {
	NextCursor *string       `json:"next_cursor"`
	Payments   []paymentBody `json:"payments"`
	RequestID  string        `json:"request_id"`
}

// paymentInitiationPaymentList lists the client's payments, the newest first (assumed). The
// cursor is a moment (OpenAPI file); its nanoseconds are the number of the last payment, so
// that payments of one moment are told apart. Errors: INVALID_FIELD for count and cursor.
func paymentInitiationPaymentList(c *api.Call, req paymentListRequest) (paymentListResponse, error) {
	count, before := whole(paymentsCount), payments.Len(c.World)+1
	if req.Count != nil {
		count = *req.Count
	}
	if err := checkPage("", count, 0, paymentsMax); err != nil {
		return paymentListResponse{}, err
	}
	if textOr(req.Cursor, "") != "" {
		at, err := time.Parse(time.RFC3339Nano, *req.Cursor)
		if err != nil {
			return paymentListResponse{}, errInvalidField.Text("cursor must be a valid cursor")
		}
		before = at.Nanosecond()
	}
	out := paymentListResponse{Payments: []paymentBody{}, RequestID: c.RequestID}
	if req.ConsentID != nil { // no payment is of a consent here
		return out, nil
	}
	ids := slices.DeleteFunc(paymentsOf.Keys(c.World, c.Client.ID), func(id string) bool {
		return numberOf(c.World, id) >= before
	})
	slices.SortFunc(ids, func(a, b string) int { return cmp.Compare(numberOf(c.World, b), numberOf(c.World, a)) })
	for _, id := range ids[:min(int(count), len(ids))] {
		p, _ := payments.Get(c.World, id)
		out.Payments = append(out.Payments, p.body(id))
		cursor := p.Updated.Truncate(time.Second).Add(time.Duration(p.N)).Format(time.RFC3339Nano)
		out.NextCursor = &cursor
	}
	if len(ids) <= int(count) {
		out.NextCursor = nil
	}
	return out, nil
}

func numberOf(w *world.World, paymentID string) int {
	p, _ := payments.Get(w, paymentID)
	return int(p.N)
}
