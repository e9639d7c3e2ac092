package sentinel

import (
	"encoding/json"
	"slices"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/plaid"
	"tweed/emulator/internal/world"
)

var (
	errTransferRelationship = catalogue.Must(catalogue.Sentinel, "TRANSFER_RELATIONSHIP_INVALID_STATE")
	errDuplicate            = catalogue.Must(catalogue.Sentinel, "DUPLICATE_EXTERNAL_TRANSFER_ID")
)

// The disbursement types of a withdrawal. The full balance names no amount.
const (
	partialBalance = "PARTIAL_BALANCE"
	fullBalance    = "FULL_BALANCE"
)

// depositCreate asks for money from the bank account. Errors, in order of checking: VALIDATION_FAILED, those of
// newTransfer.
func depositCreate(c *api.Call) (any, error) {
	cents, ok := amountOf(c.Body.Fields["amount"])
	if !ok {
		return nil, invalidAmount()
	}
	hold, ok := holdDays(c.Body.Fields["daysToHoldFunds"])
	if !ok {
		return nil, invalid("daysToHoldFunds", "must be a whole number of days from 0 to 365")
	}
	t, err := newTransfer(c, Incoming)
	if err != nil {
		return nil, err
	}
	t.AmountCents, t.HoldDays, t.Available = cents, hold, fundsAvailable(c.Now, hold)
	return t.open(c)
}

// withdrawalCreate asks for money to the bank account. Errors, in order of checking: VALIDATION_FAILED, those of
// newTransfer, VALIDATION_FAILED for a full balance of nothing, that does not exceed the fee, or of which withholding
// leaves nothing.
func withdrawalCreate(c *api.Call) (any, error) {
	kind := c.Body.Text("disbursementType")
	full := kind == fullBalance
	cents, ok := amountOf(c.Body.Fields["amount"])
	switch {
	case !full && kind != partialBalance:
		return nil, invalid("disbursementType", "must be one of "+partialBalance+", "+fullBalance)
	case full && c.Body.Fields["amount"] != nil:
		c.Note("amount is not used: it is left out for %s", fullBalance)
	case !full && !ok:
		return nil, invalidAmount()
	}
	t, err := newTransfer(c, Outgoing)
	if err != nil {
		return nil, err
	}
	if full {
		if cents, err = fullAmount(c, t); err != nil {
			return nil, err
		}
	}
	t.AmountCents, t.Disbursement = cents, kind
	if t.WithheldCents, err = withheldOf(c, cents); err != nil {
		return nil, err
	}
	return t.open(c)
}

// fullAmount is all that an account has, in cents, but for the fees of taking it out.
func fullAmount(c *api.Call, t Transfer) (int64, error) {
	cents := balance(c.World, t.Account) - t.feeCents()
	switch {
	case cents > 0:
		return cents, nil
	case cents+t.feeCents() > 0:
		return 0, invalid("disbursementType", "asks for the full balance, and account "+t.Account+
			" has no more than the fee of "+dollars(t.feeCents()).String())
	}
	return 0, invalid("disbursementType", "asks for the full balance, and account "+t.Account+" has none here")
}

func invalidAmount() error {
	return invalid("amount", "must be dollars above 0 with at most two decimals, up to "+
		dollars(maxAmountCents).String()+", such as 100 or \"100.00\"")
}

// holdDays reads a whole number of days; an absent or null one is 0.
func holdDays(value any) (int, bool) {
	if value == nil {
		return 0, true
	}
	n, _ := value.(json.Number)
	days, err := n.Float64()
	if err != nil || days < 0 || days > maxHoldDays || days != float64(int(days)) {
		return 0, false
	}
	return int(days), true
}

// newTransfer makes what deposit and withdrawal share. Errors, in order of checking: VALIDATION_FAILED for an empty
// externalTransferId and for iraDetails, RELATIONSHIP_NOT_FOUND, DUPLICATE_EXTERNAL_TRANSFER_ID,
// TRANSFER_RELATIONSHIP_INVALID_STATE. The duplicate comes before the state, so that a repeated request learns that the
// first one arrived.
func newTransfer(c *api.Call, direction Direction) (Transfer, error) {
	external := c.Body.Text("externalTransferId")
	if external == "" {
		return Transfer{}, invalid("externalTransferId", "may not be empty")
	}
	ira, err := iraOf(c)
	if err != nil {
		return Transfer{}, err
	}
	r, err := relationshipAt(c, c.Body.Text("achRelationshipId"))
	if err != nil {
		return Transfer{}, err
	}
	if _, used := transfersByExternal.First(c.World, externalKey(r.Account, external)); used {
		return Transfer{}, errDuplicate.New("id", external, "account", r.Account)
	}
	if r.Status != relationshipApproved {
		return Transfer{}, errTransferRelationship.New("id", r.ID, "status", r.Status)
	}
	return Transfer{
		External: external, Account: r.Account, Relationship: r.ID, Direction: direction, State: Pending, Created: c.Now,
		IRA: ira, Charges: chargesOf(c.World, direction),
	}, nil
}

// start stores a new transfer, decides its fate and takes it to where that begins.
func (t Transfer) start(c *api.Call) (Transfer, error) {
	t.ID = newTransferID(c.World)
	t.Fate = decide(c, t)
	transfers.Put(c.World, t.ID, t)
	t.publish(c.World)
	return t.begin(c.World)
}

// open starts a deposit or a withdrawal: it is rejected by a rule or by the balance check, or approved already if the
// scenario assumes so.
func (t Transfer) open(c *api.Call) (any, error) {
	t, err := t.start(c)
	if err != nil {
		return nil, err
	}
	approves := assumed(c.World, autoApprove)[0]
	switch {
	case t.State == Rejected:
	case t.tooLarge(c):
		t.RejectReason = reasonNSF
		t, err = t.move(c.World, onReject)
	case approves == approveAll, approves == approvalOf[t.Direction]:
		t, err = t.move(c.World, onApprove)
	}
	if err != nil {
		return nil, err
	}
	return t.body(), nil
}

// tooLarge holds a deposit against the balance at Plaid's side, if the scenario assumes that Apex does.
func (t Transfer) tooLarge(c *api.Call) bool {
	if t.Direction != Incoming || assumed(c.World, balanceCheck)[0] != checkOn {
		return false
	}
	r, _ := relationships.Get(c.World, t.Relationship)
	if r.Bank.Token == "" {
		return false
	}
	cents, ok := plaid.BalanceOf(c.World, r.Bank.Token)
	if !ok {
		c.Note("the balance check could not be made: Plaid tells no balance for the processor token")
	}
	return ok && cents < t.AmountCents
}

// undone are the states in which a withdrawal has taken no money.
var undone = []State{Rejected, Canceled, Returned, FailedAtBank}

// balance is what the account has by its transfers in this world, in cents: settled deposits that are
// not held less withdrawals that have gone out or may still go, with their fees, and less the fees of deposits.
func balance(w *world.World, account string) int64 {
	var cents int64
	for _, id := range transfersOfAccount.Keys(w, account) {
		t, _ := transfers.Get(w, id)
		if t.Direction == Incoming && t.usable(w.Now()) {
			cents += t.AmountCents
		}
		if t.Direction == Incoming && posted(t.State) {
			cents -= t.feeCents()
		}
		if t.Direction == Outgoing && !slices.Contains(undone, t.State) {
			cents -= t.debitCents()
		}
	}
	return cents
}
