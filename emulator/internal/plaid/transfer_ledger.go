package plaid

import (
	"strings"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/world"
)

// ledgerOf is the id of a client's ledger at Plaid. Every client has one (assumed: further
// ones are made in Plaid's dashboard).
func ledgerOf(w *world.World, client string) string { return w.Derive("ledger", client).UUID(w.Tag()) }

// fundingOf is the id of a client's own bank account at Plaid (assumed like the ledger).
func fundingOf(w *world.World, client string) string {
	return w.Derive("funding", client).UUID(w.Tag())
}

// checkLedger refuses a ledger that is none of the client's (row and text are assumed).
func checkLedger(c *api.Call, given *string) error {
	if !fits(textOr(given, ""), ledgerOf(c.World, c.Client.ID)) {
		return errInvalidField.Text("ledger_id must be a valid ledger ID")
	}
	return nil
}

// ledgerMoney is what is in a ledger, and what is on its way into it.
type ledgerMoney struct{ available, pending cents }

// ledgerBalance adds up a ledger. A debit is pending from when it is posted and available as
// its state says; a credit, a refund and a withdrawal take from what is available as soon as
// they are made (that credits do is assumed). What failed or came back does not count.
func ledgerBalance(w *world.World, client string) ledgerMoney {
	var out ledgerMoney
	for _, t := range ownTransfers(w, client) {
		a, _ := authorizations.Get(w, t.Authorization)
		if a.Funding != nil {
			continue
		}
		gone := t.Status == statusCancelled || t.Status == statusFailed || t.Status == statusReturned
		switch {
		case a.Type == typeCredit && !gone:
			out.available -= t.Amount
		case a.Type == typeDebit:
			out.add(t.Status, t.Amount)
		}
		for _, id := range refundsOf.Keys(w, t.ID) {
			if r, _ := refunds.Get(w, id); r.stands() {
				out.available -= r.Amount
			}
		}
	}
	for _, id := range sweepsOf.Keys(w, client) {
		s, _ := sweeps.Get(w, id)
		switch {
		case !s.Ledger:
		case s.Deposit:
			out.add(s.Status, -s.Amount)
		case s.Status != statusFailed && s.Status != statusReturned:
			out.available -= s.Amount
		}
	}
	return out
}

// add counts what comes into the ledger and is in this state.
func (m *ledgerMoney) add(status string, amount cents) {
	switch status {
	case statusPosted, statusSettled:
		m.pending += amount
	case statusFundsAvailable:
		m.available += amount
	}
}

type ledgerBalanceBody struct {
	Available string `json:"available"`
	Pending   string `json:"pending"`
}

type ledgerGetRequest struct {
	LedgerID *string `json:"ledger_id"`
}

type ledgerGetResponse struct {
	Balance   ledgerBalanceBody `json:"balance"`
	IsDefault bool              `json:"is_default"`
	LedgerID  string            `json:"ledger_id"`
	Name      string            `json:"name"`
	RequestID string            `json:"request_id"`
}

// transferLedgerGet tells what is in the ledger. Errors: those of checkLedger.
func transferLedgerGet(c *api.Call, req ledgerGetRequest) (ledgerGetResponse, error) {
	if err := checkLedger(c, req.LedgerID); err != nil {
		return ledgerGetResponse{}, err
	}
	money := ledgerBalance(c.World, c.Client.ID)
	return ledgerGetResponse{
		Balance:   ledgerBalanceBody{Available: money.available.String(), Pending: money.pending.String()},
		IsDefault: true, LedgerID: ledgerOf(c.World, c.Client.ID), Name: "Default", RequestID: c.RequestID,
	}, nil
}

type ledgerMoveRequest struct {
	Amount      string  `json:"amount"`
	Description *string `json:"description"`
	Funding     *string `json:"funding_account_id"`
	Key         string  `json:"idempotency_key"`
	LedgerID    *string `json:"ledger_id"`
	Network     string  `json:"network"`
}

// transferLedgerDeposit brings money from the client's bank into the ledger. Errors:
// INVALID_FIELD.
func transferLedgerDeposit(c *api.Call, req ledgerMoveRequest) (sweepResponse, error) {
	if err := checkOneOf("network", req.Network, networkACH, networkSameDay); err != nil {
		return sweepResponse{}, err
	}
	return req.sweep(c, true)
}

// transferLedgerWithdraw brings money from the ledger to the client's bank. Errors:
// INVALID_FIELD, also for more than is available (assumed).
func transferLedgerWithdraw(c *api.Call, req ledgerMoveRequest) (sweepResponse, error) {
	if err := checkOneOf("network", req.Network, networkACH, networkSameDay, networkRTP, networkWire); err != nil {
		return sweepResponse{}, err
	}
	return req.sweep(c, false)
}

// sweep makes the sweep of a request; the same idempotency_key gives the same one again. On
// the account of the client a deposit is less, a withdrawal more.
func (r ledgerMoveRequest) sweep(c *api.Call, deposit bool) (sweepResponse, error) {
	amount, err := checkAmount(r.Amount)
	switch {
	case err != nil:
		return sweepResponse{}, err
	case len(textOr(r.Description, "")) > descriptionMaxACH:
		return sweepResponse{}, errInvalidField.Text("description must be no longer than 10 characters")
	}
	if err := checkLedger(c, r.LedgerID); err != nil {
		return sweepResponse{}, err
	}
	s, made := sweepByKey.First(c.World, c.Client.ID+"/"+r.Key)
	if !made {
		if !deposit && amount > ledgerBalance(c.World, c.Client.ID).available {
			return sweepResponse{}, errInvalidField.Text("amount must be no more than the available balance of the ledger")
		}
		if deposit {
			amount = -amount
		}
		s = sweep{
			ID: c.World.UUID("sweep"), N: c.World.Count("plaid.transfer_sweep"), Client: c.Client.ID, Key: r.Key,
			Funding: textOr(r.Funding, fundingOf(c.World, c.Client.ID)), Ledger: true, Deposit: deposit, Amount: amount,
			Description: textOr(r.Description, ""), Created: c.Now, Status: statusPending,
		}
		s.keep(c.World)
	}
	return sweepResponse{RequestID: c.RequestID, Sweep: s.body(c.World)}, nil
}

type ledgerSimulateRequest struct {
	EventType     string                `json:"event_type"`
	FailureReason *transferFailureGiven `json:"failure_reason"`
	SweepID       string                `json:"sweep_id"`
}

// simulate moves a sweep of the ledger. Errors, in order of checking: INVALID_FIELD for an
// event that cannot be simulated, those of sweepOf, INVALID_FIELD for a sweep of the other
// kind (assumed), SANDBOX_TRANSFER_EVENT_TRANSITION_INVALID.
func (r ledgerSimulateRequest) simulate(c *api.Call, deposit bool) (requestIDResponse, error) {
	err := checkOneOf("event_type", r.EventType, sweepEvent+statusPosted, sweepEvent+statusSettled,
		sweepEvent+statusReturned, sweepEvent+statusFailed)
	if err != nil {
		return requestIDResponse{}, err
	}
	s, err := sweepOf(c, r.SweepID)
	if err != nil {
		return requestIDResponse{}, err
	}
	if !s.Ledger || s.Deposit != deposit {
		return requestIDResponse{}, errInvalidField.Text("sweep_id must be a valid sweep ID")
	}
	status := strings.TrimPrefix(r.EventType, sweepEvent)
	var failure *transferFailure
	if status == statusFailed || status == statusReturned {
		failure = r.FailureReason.reason(status == statusReturned)
	}
	if !s.move(c.World, status, failure) {
		return requestIDResponse{}, errTransition.New()
	}
	return requestIDResponse{RequestID: c.RequestID}, nil
}

// sandboxTransferLedgerDepositSimulate moves a deposit. Errors: those of simulate.
func sandboxTransferLedgerDepositSimulate(c *api.Call, req ledgerSimulateRequest) (requestIDResponse, error) {
	return req.simulate(c, true)
}

// sandboxTransferLedgerWithdrawSimulate moves a withdrawal. Errors: those of simulate.
func sandboxTransferLedgerWithdrawSimulate(c *api.Call, req ledgerSimulateRequest) (requestIDResponse, error) {
	return req.simulate(c, false)
}

type ledgerAvailableRequest struct {
	LedgerID *string `json:"ledger_id"`
	Webhook  string  `json:"webhook"`
}

// sandboxTransferLedgerSimulateAvailable makes what is pending in the ledger and has settled
// available. Errors: those of checkLedger.
func sandboxTransferLedgerSimulateAvailable(c *api.Call, req ledgerAvailableRequest) (requestIDResponse, error) {
	if err := checkLedger(c, req.LedgerID); err != nil {
		return requestIDResponse{}, err
	}
	for _, t := range ownTransfers(c.World, c.Client.ID) {
		if a, _ := authorizations.Get(c.World, t.Authorization); a.Funding == nil && t.Status == statusSettled {
			t.move(c.World, statusFundsAvailable, nil, c.Now)
		}
	}
	for _, id := range sweepsOf.Keys(c.World, c.Client.ID) {
		if s, _ := sweeps.Get(c.World, id); s.Ledger && s.Status == statusSettled {
			s.move(c.World, statusFundsAvailable, nil)
		}
	}
	tellTransfers(c.World, req.Webhook)
	return requestIDResponse{RequestID: c.RequestID}, nil
}

type transferBalanceRequest struct {
	Type *string `json:"type"`
}

type transferBalance struct {
	Available string `json:"available"`
	Current   string `json:"current"`
	Type      string `json:"type"`
}

type transferBalanceResponse struct {
	Balance   transferBalance `json:"balance"`
	RequestID string          `json:"request_id"`
}

// transferBalanceGet is the older name of the ledger's balance (assumed: both kinds of
// prefunded credits are the one ledger). Errors: INVALID_FIELD for a kind that there is not.
func transferBalanceGet(c *api.Call, req transferBalanceRequest) (transferBalanceResponse, error) {
	const ofRTP, ofACH = "prefunded_rtp_credits", "prefunded_ach_credits"
	kind := textOr(req.Type, ofRTP)
	if err := checkOneOf("type", kind, ofRTP, ofACH); err != nil {
		return transferBalanceResponse{}, err
	}
	money := ledgerBalance(c.World, c.Client.ID)
	return transferBalanceResponse{
		Balance: transferBalance{
			Available: money.available.String(), Current: (money.available + money.pending).String(), Type: kind,
		},
		RequestID: c.RequestID,
	}, nil
}
