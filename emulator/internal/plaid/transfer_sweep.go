package plaid

import (
	"slices"
	"strings"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/world"
)

// sweep moves money between the client's bank and Plaid: a deposit into the ledger, a
// withdrawal from it, or what transfers without a ledger come to.
type sweep struct {
	ID          string           `json:"id"`
	N           uint64           `json:"n"` // in the order of creation, from 1
	Client      string           `json:"client"`
	Key         string           `json:"key,omitempty"`     // idempotency_key
	Funding     string           `json:"funding,omitempty"` // funding_account_id
	Ledger      bool             `json:"ledger,omitempty"`
	Deposit     bool             `json:"deposit,omitempty"`
	Amount      cents            `json:"amount"` // signed, on the account of the client
	Description string           `json:"description,omitempty"`
	Created     time.Time        `json:"created"`
	Settled     *time.Time       `json:"settled,omitempty"`
	Status      string           `json:"status"`
	Failure     *transferFailure `json:"failure,omitempty"`
}

var (
	sweeps     = world.NewTable[sweep]("plaid.transfer_sweep", 1) // by id
	sweepsOf   = sweeps.Index(func(s sweep) string { return s.Client })
	sweepByKey = sweeps.Index(func(s sweep) string {
		if s.Key == "" {
			return ""
		}
		return s.Client + "/" + s.Key
	})
)

// The states of a transfer that is swept (OpenAPI file, TransferSweepStatus).
const (
	sweepUnswept  = "unswept"
	sweepSwept    = "swept"
	sweepSettled  = "swept_settled"
	sweepReturned = "return_swept"
)

// sweepMoves are the states of a ledger's sweep that can follow a state (OpenAPI file,
// TransferLedgerSweepSimulateEventType). Funds become available of deposits only.
var sweepMoves = map[string][]string{
	statusPending:        {statusPosted, statusFailed},
	statusPosted:         {statusSettled, statusReturned},
	statusSettled:        {statusFundsAvailable, statusReturned},
	statusFundsAvailable: nil,
	statusFailed:         nil,
	statusReturned:       nil,
}

// sweepEvent is what the events of a ledger's sweeps begin with.
const sweepEvent = "sweep."

// move brings a ledger's sweep into a state and tells of it, false if it cannot follow.
func (s *sweep) move(w *world.World, status string, failure *transferFailure) bool {
	if !slices.Contains(sweepMoves[s.Status], status) || status == statusFundsAvailable && !s.Deposit {
		return false
	}
	s.Status, s.Failure = status, failure
	if status == statusSettled {
		now := w.Now()
		s.Settled = &now
	}
	s.keep(w)
	return true
}

func (s *sweep) keep(w *world.World) {
	sweeps.Put(w, s.ID, *s)
	amount := s.Amount
	transferEvent{
		Client: s.Client, Type: sweepEvent + s.Status, Sweep: s.ID, Amount: &amount, Failure: s.Failure,
	}.keep(w)
}

type sweepFailure struct {
	Description string  `json:"description"`
	FailureCode *string `json:"failure_code"`
}

type sweepBody struct {
	Amount                     string        `json:"amount"`
	Created                    string        `json:"created"`
	Description                string        `json:"description,omitempty"`
	ExpectedFundsAvailableDate *string       `json:"expected_funds_available_date"`
	FailureReason              *sweepFailure `json:"failure_reason"`
	FundingAccountID           string        `json:"funding_account_id"`
	ID                         string        `json:"id"`
	ISOCurrencyCode            string        `json:"iso_currency_code"`
	LedgerID                   *string       `json:"ledger_id"`
	NetworkTraceID             *string       `json:"network_trace_id"`
	Settled                    *string       `json:"settled"`
	Status                     string        `json:"status"`
	Trigger                    string        `json:"trigger"`
}

func (s sweep) body(w *world.World) sweepBody {
	out := sweepBody{
		Amount: s.Amount.String(), Created: s.Created.Format(time.RFC3339), Description: s.Description,
		FundingAccountID: s.Funding, ID: s.ID, ISOCurrencyCode: usd, Status: s.Status, Trigger: "automatic_aggregate",
		NetworkTraceID: transfer{ID: s.ID, Status: s.Status}.trace(w),
	}
	if s.Ledger {
		out.Trigger, out.LedgerID = "manual", orNull(ledgerOf(w, s.Client))
	}
	if s.Failure != nil {
		out.FailureReason = &sweepFailure{Description: s.Failure.Description, FailureCode: s.Failure.FailureCode}
	}
	if s.Settled != nil {
		out.Settled = orNull(dayOf(*s.Settled).String())
	}
	return out
}

type sweepResponse struct {
	RequestID string    `json:"request_id"`
	Sweep     sweepBody `json:"sweep"`
}

// sweepOf finds a sweep of the client, by its id or by the first eight characters of it
// (OpenAPI file). All ids of a world share those, so that the first eight find a sweep only if
// there is just one. The error for one that is not there is assumed.
func sweepOf(c *api.Call, id string) (sweep, error) {
	s, ok := sweeps.Get(c.World, id)
	if !ok && len(id) == 8 {
		if own := sweepsOf.Keys(c.World, c.Client.ID); len(own) == 1 && strings.HasPrefix(own[0], id) {
			s, ok = sweeps.Get(c.World, own[0])
		}
	}
	if !ok || s.Client != c.Client.ID {
		return s, errInvalidField.Text("sweep_id must be a valid sweep ID")
	}
	return s, nil
}

type sweepIDRequest struct {
	SweepID string `json:"sweep_id"`
}

// transferSweepGet tells of a sweep. Errors: those of sweepOf.
func transferSweepGet(c *api.Call, req sweepIDRequest) (sweepResponse, error) {
	s, err := sweepOf(c, req.SweepID)
	if err != nil {
		return sweepResponse{}, err
	}
	return sweepResponse{RequestID: c.RequestID, Sweep: s.body(c.World)}, nil
}

type sweepListRequest struct {
	listRange
	Amount     *string `json:"amount"`
	Funding    *string `json:"funding_account_id"`
	Status     *string `json:"status"`
	TransferID *string `json:"transfer_id"`
	Trigger    *string `json:"trigger"`
}

type sweepListResponse struct {
	RequestID string      `json:"request_id"`
	Sweeps    []sweepBody `json:"sweeps"`
}

// transferSweepList lists the client's sweeps, the newest first (assumed). Errors:
// INVALID_FIELD.
func transferSweepList(c *api.Call, req sweepListRequest) (sweepListResponse, error) {
	span, err := req.span()
	if err != nil {
		return sweepListResponse{}, err
	}
	var found []sweep
	for _, id := range sweepsOf.Keys(c.World, c.Client.ID) {
		s, _ := sweeps.Get(c.World, id)
		body := s.body(c.World)
		t, _ := transfers.Get(c.World, textOr(req.TransferID, ""))
		if span.holds(s.Created) && fits(textOr(req.Amount, ""), body.Amount) && fits(textOr(req.Status, ""), s.Status) &&
			fits(textOr(req.Funding, ""), s.Funding) && fits(textOr(req.Trigger, ""), body.Trigger) &&
			(req.TransferID == nil || slices.Contains(t.Swept, s.ID)) {
			found = append(found, s)
		}
	}
	number, body := func(s sweep) uint64 { return s.N }, func(s sweep) sweepBody { return s.body(c.World) }
	return sweepListResponse{RequestID: c.RequestID, Sweeps: newest(found, span, number, body)}, nil
}

type sweepSimulateResponse struct {
	RequestID string     `json:"request_id"`
	Sweep     *sweepBody `json:"sweep,omitempty"`
}

// sandboxTransferSweepSimulate sweeps the client's transfers that have a funding account: what
// was swept settles, what is unswept is swept, what was swept and came back is swept back
// (OpenAPI file). Without any there is no sweep.
func sandboxTransferSweepSimulate(c *api.Call, req webhookRequest) (sweepSimulateResponse, error) {
	made := sweep{
		ID: c.World.UUID("sweep"), N: c.World.Count("plaid.transfer_sweep"), Client: c.Client.ID, Created: c.Now,
		Status: statusPending,
	}
	part := false
	for _, t := range ownTransfers(c.World, c.Client.ID) {
		a, _ := authorizations.Get(c.World, t.Authorization)
		amount := t.Amount // a debit comes to the client
		if a.Type == typeCredit {
			amount = -amount
		}
		switch {
		case t.SweepStatus == sweepSwept && t.Status == statusReturned:
			t.SweepStatus, amount = sweepReturned, -amount
		case t.SweepStatus == sweepSwept:
			t.SweepStatus = sweepSettled
			last := t.Swept[len(t.Swept)-1]
			settleSweep(c.World, last)
			t.keep(c.World, transferEvent{Type: sweepSettled, Sweep: last, Amount: &amount})
			continue
		case t.SweepStatus == sweepUnswept && (t.Status == statusPending || t.Status == statusPosted):
			t.SweepStatus = sweepSwept
		default:
			continue
		}
		part, made.Funding = true, textOr(a.Funding, "")
		made.Amount += amount
		t.Swept = append(slices.Clone(t.Swept), made.ID)
		t.keep(c.World, transferEvent{Type: t.SweepStatus, Sweep: made.ID, Amount: &amount})
	}
	tellTransfers(c.World, req.Webhook)
	if !part {
		return sweepSimulateResponse{RequestID: c.RequestID}, nil
	}
	sweeps.Put(c.World, made.ID, made)
	body := made.body(c.World)
	return sweepSimulateResponse{RequestID: c.RequestID, Sweep: &body}, nil
}

// settleSweep is the end of a sweep of transfers.
func settleSweep(w *world.World, id string) {
	s, _ := sweeps.Get(w, id)
	now := w.Now()
	s.Status, s.Settled = statusSettled, &now
	sweeps.Put(w, id, s)
}
