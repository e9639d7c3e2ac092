package plaid

import (
	"cmp"
	"regexp"
	"slices"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/world"
)

// recipient is who payments go to.
type recipient struct {
	N       uint64            `json:"n"` // in the order of creation, from 1
	Client  string            `json:"client"`
	Name    string            `json:"name"`
	IBAN    *string           `json:"iban,omitempty"`
	BACS    *bacs             `json:"bacs,omitempty"`
	Address *recipientAddress `json:"address,omitempty"`
}

type bacs struct {
	Account  string `json:"account"`
	SortCode string `json:"sort_code"`
}

type recipientAddress struct {
	City       string   `json:"city"`
	Country    string   `json:"country"`
	PostalCode string   `json:"postal_code"`
	Street     []string `json:"street"`
}

var (
	recipients   = world.NewTable[recipient]("plaid.payment_recipient", 1) // by recipient_id
	recipientsOf = recipients.Index(func(r recipient) string { return r.Client })
)

// The forms of British numbers. Which sort codes and accounts belong together is a table of
// the banks that Tweed does not have.
var (
	sortCodeForm    = regexp.MustCompile(`^[0-9]{6}$`)
	bacsAccountForm = regexp.MustCompile(`^[0-9]{8}$`)
	ibanForm        = regexp.MustCompile(`^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$`)
)

type recipientCreateRequest struct {
	Name    string            `json:"name"`
	IBAN    *string           `json:"iban"`
	BACS    *bacs             `json:"bacs"`
	Address *recipientAddress `json:"address"`
}

type recipientCreateResponse struct {
	RecipientID string `json:"recipient_id"`
	RequestID   string `json:"request_id"`
}

// paymentInitiationRecipientCreate registers a recipient. Errors: INVALID_FIELD for a sort
// code (text recorded), an account number and an IBAN that cannot be, and without any number
// (texts assumed).
func paymentInitiationRecipientCreate(c *api.Call, req recipientCreateRequest) (recipientCreateResponse, error) {
	switch {
	case req.IBAN == nil && req.BACS == nil:
		return recipientCreateResponse{}, errInvalidField.Text("one of iban and bacs must be provided")
	case req.IBAN != nil && !ibanForm.MatchString(*req.IBAN):
		return recipientCreateResponse{}, errInvalidField.Text("iban failed validation")
	case req.BACS != nil && !sortCodeForm.MatchString(req.BACS.SortCode):
		return recipientCreateResponse{}, errInvalidField.Text("sort_code failed validation")
	case req.BACS != nil && !bacsAccountForm.MatchString(req.BACS.Account):
		return recipientCreateResponse{}, errInvalidField.Text("(sort_code, account_number) pair failed validation")
	}
	id := newToken(c.World, "recipient-id")
	recipients.Put(c.World, id, recipient{
		N: c.World.Count("plaid.payment_recipient"), Client: c.Client.ID,
		Name: req.Name, IBAN: req.IBAN, BACS: req.BACS, Address: req.Address,
	})
	return recipientCreateResponse{RecipientID: id, RequestID: c.RequestID}, nil
}

type recipientBody struct {
	Address     *recipientAddress `json:"address"`
	BACS        *bacs             `json:"bacs"`
	IBAN        *string           `json:"iban"`
	Name        string            `json:"name"`
	RecipientID string            `json:"recipient_id"`
	RequestID   string            `json:"request_id,omitempty"`
}

func (r recipient) body(id string) recipientBody {
	return recipientBody{Address: r.Address, BACS: r.BACS, IBAN: r.IBAN, Name: r.Name, RecipientID: id}
}

// recipientOf finds a recipient of the client. The error for one that is not there is assumed.
func recipientOf(c *api.Call, id string) (recipient, error) {
	r, ok := recipients.Get(c.World, id)
	if !ok || r.Client != c.Client.ID {
		return r, errInvalidField.Text("recipient_id must be a valid recipient ID")
	}
	return r, nil
}

type recipientIDRequest struct {
	RecipientID string `json:"recipient_id"`
}

// paymentInitiationRecipientGet tells of a recipient. Errors: those of recipientOf.
func paymentInitiationRecipientGet(c *api.Call, req recipientIDRequest) (recipientBody, error) {
	r, err := recipientOf(c, req.RecipientID)
	if err != nil {
		return recipientBody{}, err
	}
	out := r.body(req.RecipientID)
	out.RequestID = c.RequestID
	return out, nil
}

// recipientsMax is the most and the usual number of recipients in one answer (OpenAPI file).
const recipientsMax = 100

type recipientListRequest struct {
	Count  *whole  `json:"count"`
	Cursor *string `json:"cursor"`
}

type recipientListResponse struct {
	NextCursor *string         `json:"next_cursor,omitempty"`
	Recipients []recipientBody `json:"recipients"`
	RequestID  string          `json:"request_id"`
}

// paymentInitiationRecipientList lists the client's recipients, the newest first (assumed).
// Errors: INVALID_FIELD for count and cursor.
func paymentInitiationRecipientList(c *api.Call, req recipientListRequest) (recipientListResponse, error) {
	count := whole(recipientsMax)
	if req.Count != nil {
		count = *req.Count
	}
	if err := checkPage("", count, 0, recipientsMax); err != nil {
		return recipientListResponse{}, err
	}
	ids := recipientsOf.Keys(c.World, c.Client.ID)
	number := func(id string) uint64 {
		r, _ := recipients.Get(c.World, id)
		return r.N
	}
	slices.SortFunc(ids, func(a, b string) int { return cmp.Compare(number(b), number(a)) })
	part, next, err := after(ids, req.Cursor, int(count))
	if err != nil {
		return recipientListResponse{}, err
	}
	out := recipientListResponse{NextCursor: next, Recipients: []recipientBody{}, RequestID: c.RequestID}
	for _, id := range part {
		r, _ := recipients.Get(c.World, id)
		out.Recipients = append(out.Recipients, r.body(id))
	}
	return out, nil
}
