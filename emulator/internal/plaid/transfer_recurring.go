package plaid

import (
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/nacha"
	"tweed/emulator/internal/world"
)

// recurringTransfer makes transfers by a schedule: on the time of the world, or on that of a
// test clock.
type recurringTransfer struct {
	ID          string                `json:"id"`
	N           uint64                `json:"n"` // in the order of creation, from 1
	Client      string                `json:"client"`
	Key         string                `json:"key"` // idempotency_key
	Item        string                `json:"item"`
	Order       transferAuthorization `json:"order"` // what each of them asks for
	Description string                `json:"description"`
	Schedule    recurringSchedule     `json:"schedule"`
	Clock       string                `json:"clock,omitempty"` // test_clock_id
	Created     time.Time             `json:"created"`
	Cancelled   bool                  `json:"cancelled,omitempty"`
	Next        day                   `json:"next"` // before the adjustment to a banking day; 0 after the last
	Transfers   []string              `json:"transfers"`
}

// originationDue is the moment of a recurring transfer that has no test clock.
type originationDue struct {
	ID string `json:"id"`
}

var (
	recurringTransfers = world.NewTable[recurringTransfer]("plaid.recurring_transfer", 1) // by id
	recurringOf        = recurringTransfers.Index(func(r recurringTransfer) string { return r.Client })
	recurringByKey     = recurringTransfers.Index(func(r recurringTransfer) string { return r.Client + "/" + r.Key })
	recurringOn        = recurringTransfers.Index(func(r recurringTransfer) string { return r.Clock })
	recurringDue       = world.NewEvent[originationDue]("plaid.recurring_transfer.due")
)

func init() {
	recurringDue.Handle(func(w *world.World, due originationDue) {
		if r, ok := recurringTransfers.Get(w, due.ID); ok {
			r.run(w, w.Now())
			r.await(w)
		}
	})
}

// The states of a recurring transfer.
const (
	recurringActive  = "active"
	recurringExpired = "expired"
)

func (r recurringTransfer) status() string {
	switch {
	case r.Cancelled:
		return statusCancelled
	case r.Next == 0:
		return recurringExpired
	}
	return recurringActive
}

// await has the next transfer made when the world's time has come.
func (r recurringTransfer) await(w *world.World) {
	if r.Clock == "" && r.status() == recurringActive {
		recurringDue.At(w, originationAt(r.Next), originationDue{r.ID})
	}
}

// due counts the transfers that are to be made up to a moment.
func (r recurringTransfer) due(to time.Time) (count int) {
	for ; r.status() == recurringActive && !originationAt(r.Next).After(to) && count <= clockOriginations; count++ {
		r.Next = r.Schedule.after(r.Next)
	}
	return count
}

// run makes the transfers that are due up to a moment. One that Plaid would not authorize, or
// whose account is gone, is skipped.
func (r *recurringTransfer) run(w *world.World, to time.Time) {
	for r.status() == recurringActive && !originationAt(r.Next).After(to) {
		r.originate(w, originationAt(r.Next))
		r.Next = r.Schedule.after(r.Next)
	}
	recurringTransfers.Put(w, r.ID, *r)
}

func (r *recurringTransfer) originate(w *world.World, at time.Time) {
	item, ok := items.Get(w, r.Item)
	if !ok || item.Removed {
		return
	}
	acc, ok := item.account(w, r.Order.Account)
	if !ok {
		return
	}
	a := r.Order.decided(w, item, acc, at)
	if a.Decision != approved {
		return
	}
	t := transfer{Amount: a.Amount, Description: r.Description, Recurring: r.ID}
	t.start(w, a, at)
	r.Transfers = append(r.Transfers, t.ID)
}

type recurringTransferBody struct {
	AccountID            string            `json:"account_id"`
	ACHClass             string            `json:"ach_class,omitempty"`
	Amount               string            `json:"amount"`
	Created              string            `json:"created"`
	Description          string            `json:"description"`
	FundingAccountID     string            `json:"funding_account_id"`
	ISOCurrencyCode      string            `json:"iso_currency_code"`
	Network              string            `json:"network"`
	NextOriginationDate  *string           `json:"next_origination_date"`
	OriginationAccountID string            `json:"origination_account_id"`
	RecurringTransferID  string            `json:"recurring_transfer_id"`
	Schedule             recurringSchedule `json:"schedule"`
	Status               string            `json:"status"`
	TestClockID          *string           `json:"test_clock_id"`
	TransferIDs          []string          `json:"transfer_ids"`
	Type                 string            `json:"type"`
	User                 transferUser      `json:"user"`
}

func (r recurringTransfer) body(w *world.World) recurringTransferBody {
	out := recurringTransferBody{
		AccountID: r.Order.Account, ACHClass: r.Order.Class, Amount: r.Order.Amount.String(),
		Created: r.Created.Format(time.RFC3339), Description: r.Description,
		FundingAccountID: textOr(r.Order.Funding, fundingOf(w, r.Client)), ISOCurrencyCode: usd, Network: r.Order.Network,
		OriginationAccountID: originationAccount(w, r.Client), RecurringTransferID: r.ID, Schedule: r.Schedule,
		Status: r.status(), TestClockID: orNull(r.Clock), TransferIDs: r.Transfers, Type: r.Order.Type, User: r.Order.User,
	}
	if out.Status == recurringActive {
		out.NextOriginationDate = orNull(originationAt(r.Next).In(nacha.NewYork()).Format(time.DateOnly))
	}
	return out
}

type recurringCreateRequest struct {
	AccessToken string            `json:"access_token"`
	AccountID   string            `json:"account_id"`
	ACHClass    string            `json:"ach_class"`
	Amount      string            `json:"amount"`
	Currency    *string           `json:"iso_currency_code"`
	Description string            `json:"description"`
	Funding     *string           `json:"funding_account_id"`
	Key         string            `json:"idempotency_key"`
	Network     string            `json:"network"`
	Schedule    recurringSchedule `json:"schedule"`
	TestClockID *string           `json:"test_clock_id"`
	Type        string            `json:"type"`
	User        transferUser      `json:"user"`
}

type recurringCreateResponse struct {
	Decision          string                 `json:"decision"`
	DecisionRationale *rationale             `json:"decision_rationale"`
	RecurringTransfer *recurringTransferBody `json:"recurring_transfer"`
	RequestID         string                 `json:"request_id"`
}

// transferRecurringCreate plans transfers, if Plaid would authorize one now; asked again with
// the same idempotency_key it returns the same plan. There is none for the day of the call,
// which the documentation leaves open. Errors, in order of checking: INVALID_FIELD for the
// network, the description and the schedule, those of proposal and testClockOf, INVALID_FIELD
// for a sixth one of a test clock (texts assumed).
func transferRecurringCreate(c *api.Call, req recurringCreateRequest) (recurringCreateResponse, error) {
	if err := req.check(); err != nil {
		return recurringCreateResponse{}, err
	}
	order := authorizationCreateRequest{
		AccessToken: req.AccessToken, AccountID: req.AccountID, ACHClass: req.ACHClass, Amount: req.Amount,
		Currency: req.Currency, Funding: req.Funding, Key: &req.Key, Network: req.Network, Type: req.Type, User: req.User,
	}
	item, acc, amount, err := order.proposal(c)
	if err != nil {
		return recurringCreateResponse{}, err
	}
	at, err := clockTime(c, req.TestClockID)
	if err != nil {
		return recurringCreateResponse{}, err
	}
	if r, made := recurringByKey.First(c.World, c.Client.ID+"/"+req.Key); made {
		return r.created(c), nil
	}
	clock := textOr(req.TestClockID, "")
	if clock != "" && len(recurringOn.Keys(c.World, clock)) >= clockTransfers {
		return recurringCreateResponse{}, errInvalidField.Text(
			"test_clock_id must be that of a test clock with less than 5 recurring transfers")
	}
	decision, code := decide(c.World, item, acc, req.Type, amount)
	if decision != approved {
		return recurringCreateResponse{
			Decision: decision, DecisionRationale: &rationale{code, rationales[code]}, RequestID: c.RequestID,
		}, nil
	}
	r := recurringTransfer{
		ID: c.World.UUID("recurring_transfer"), N: c.World.Count("plaid.recurring_transfer"), Client: c.Client.ID,
		Key: req.Key, Item: item.ID, Description: req.Description, Schedule: req.Schedule, Clock: clock,
		Order: transferAuthorization{
			Client: c.Client.ID, Account: acc.ID, Funding: req.Funding, Type: req.Type, Network: req.Network,
			Class: req.ACHClass, Amount: amount, User: req.User,
		},
		Created: c.Now, Next: req.Schedule.first(), Transfers: []string{},
	}
	for r.Next != 0 && !originationAt(r.Next).After(at) {
		r.Next = r.Schedule.after(r.Next)
	}
	recurringTransfers.Put(c.World, r.ID, r)
	r.await(c.World)
	return r.created(c), nil
}

// check holds what a single transfer does not have against the documentation.
func (r recurringCreateRequest) check() error {
	longest := descriptionMaxACH
	if r.Network == networkRTP {
		longest = descriptionMax
	}
	if err := checkOneOf("network", r.Network, networkACH, networkSameDay, networkRTP); err != nil {
		return err
	}
	if len(r.Description) > longest {
		return errInvalidField.Text("description is too long for the network of the transfer")
	}
	return r.Schedule.check()
}

func (r recurringTransfer) created(c *api.Call) recurringCreateResponse {
	body := r.body(c.World)
	return recurringCreateResponse{Decision: approved, RecurringTransfer: &body, RequestID: c.RequestID}
}

// recurringTransferOf finds a recurring transfer of the client. The error for one that is not
// there is assumed.
func recurringTransferOf(c *api.Call, id string) (recurringTransfer, error) {
	r, ok := recurringTransfers.Get(c.World, id)
	if !ok || r.Client != c.Client.ID {
		return r, errInvalidField.Text("recurring_transfer_id must be a valid recurring transfer ID")
	}
	return r, nil
}

type recurringIDRequest struct {
	RecurringTransferID string `json:"recurring_transfer_id"`
}

type recurringTransferResponse struct {
	RecurringTransfer recurringTransferBody `json:"recurring_transfer"`
	RequestID         string                `json:"request_id"`
}

// transferRecurringGet tells of a recurring transfer. Errors: those of recurringTransferOf.
func transferRecurringGet(c *api.Call, req recurringIDRequest) (recurringTransferResponse, error) {
	r, err := recurringTransferOf(c, req.RecurringTransferID)
	if err != nil {
		return recurringTransferResponse{}, err
	}
	return recurringTransferResponse{RecurringTransfer: r.body(c.World), RequestID: c.RequestID}, nil
}

// transferRecurringCancel ends a recurring transfer, and cancels those of its transfers that
// are still pending (documented). Errors, in order of checking: those of recurringTransferOf,
// TRANSFER_NOT_CANCELLABLE for one that has ended (assumed).
func transferRecurringCancel(c *api.Call, req recurringIDRequest) (requestIDResponse, error) {
	r, err := recurringTransferOf(c, req.RecurringTransferID)
	if err != nil {
		return requestIDResponse{}, err
	}
	if r.status() != recurringActive {
		return requestIDResponse{}, errTransferNotCancellable.New()
	}
	r.Cancelled = true
	recurringTransfers.Put(c.World, r.ID, r)
	for _, id := range r.Transfers {
		if t, ok := transfers.Get(c.World, id); ok {
			t.move(c.World, statusCancelled, nil, c.Now)
		}
	}
	return requestIDResponse{RequestID: c.RequestID}, nil
}

type recurringListRequest struct {
	Start   *string `json:"start_time"`
	End     *string `json:"end_time"`
	Count   *whole  `json:"count"`
	Offset  *whole  `json:"offset"`
	Funding *string `json:"funding_account_id"`
}

type recurringListResponse struct {
	RecurringTransfers []recurringTransferBody `json:"recurring_transfers"`
	RequestID          string                  `json:"request_id"`
}

// transferRecurringList lists the client's recurring transfers, the newest first (assumed).
// Errors: INVALID_FIELD.
func transferRecurringList(c *api.Call, req recurringListRequest) (recurringListResponse, error) {
	span, err := spanOf(timeBound{"start_time", req.Start}, timeBound{"end_time", req.End}, req.Count, req.Offset)
	if err != nil {
		return recurringListResponse{}, err
	}
	var found []recurringTransfer
	for _, id := range recurringOf.Keys(c.World, c.Client.ID) {
		r, _ := recurringTransfers.Get(c.World, id)
		if span.holds(r.Created) && fits(textOr(req.Funding, ""), textOr(r.Order.Funding, fundingOf(c.World, r.Client))) {
			found = append(found, r)
		}
	}
	number := func(r recurringTransfer) uint64 { return r.N }
	body := func(r recurringTransfer) recurringTransferBody { return r.body(c.World) }
	return recurringListResponse{RecurringTransfers: newest(found, span, number, body), RequestID: c.RequestID}, nil
}
