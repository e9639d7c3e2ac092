package sentinel

import (
	"encoding/json"
	"fmt"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/nacha"
	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

// Transfer is one ACH transfer between an Apex account and the bank account of a relationship, or the pair of
// micro-deposits that goes to that bank account.
type Transfer struct {
	ID           string    `json:"id"`
	External     string    `json:"external"` // externalTransferId, unique within the account; "" for micro-deposits
	Account      string    `json:"account"`
	Relationship string    `json:"relationship"`
	Direction    Direction `json:"direction"`
	State        State     `json:"state"`

	AmountCents   int64           `json:"amount_cents"`             // as requested
	WithheldCents int64           `json:"withheld_cents,omitempty"` // of it: tax, which does not reach the bank
	Charges       []charge        `json:"charges,omitempty"`        // beside it: see fee.go
	Disbursement  string          `json:"disbursement,omitempty"`   // of a withdrawal
	HoldDays      int             `json:"hold_days,omitempty"`
	IRA           json.RawMessage `json:"ira,omitempty"`

	Created   time.Time `json:"created"`
	Approved  time.Time `json:"approved,omitzero"`
	Available string    `json:"available,omitempty"` // estimatedFundsAvailableDate of a deposit, YYYY-MM-DD

	RejectReason string `json:"reject_reason,omitempty"`
	ReturnCode   string `json:"return_code,omitempty"` // Nacha's, such as R01
	Comment      string `json:"comment,omitempty"`     // of the cancellation

	Fate   fate       `json:"fate,omitzero"`   // see fate.go
	Change correction `json:"change,omitzero"` // the notification of change that came

	Micro microDeposit `json:"micro,omitzero"` // of micro-deposits only, see micro_transfer.go
}

// Direction is Sentinel's word for deposit and withdrawal.
type Direction string

// The directions.
const (
	Incoming Direction = "INCOMING" // a deposit: from the bank account to the Apex account
	Outgoing Direction = "OUTGOING" // a withdrawal, and micro-deposits
)

// transfers are by id, which is the order of creation. Micro-deposits are found by their relationship, and are none of
// the account's transfers.
var (
	transfers           = world.NewTable[Transfer]("sentinel.transfer", 1)
	transfersOfAccount  = transfers.Index(func(t Transfer) string { return t.found(false, t.Account) })
	transfersByExternal = transfers.Index(func(t Transfer) string {
		return t.found(false, externalKey(t.Account, t.External))
	})
	microDepositsOf = transfers.Index(func(t Transfer) string { return t.found(true, t.Relationship) })
)

// found is what an index finds the transfer by: one of micro-deposits, or one of all others.
func (t Transfer) found(micro bool, by string) string {
	if micro != (t.kind() == scenario.MicroDeposit) {
		return ""
	}
	return by
}

// kind is the scenario language's word for the transfer.
func (t Transfer) kind() scenario.ACH {
	switch {
	case t.Micro.Pair > 0:
		return scenario.MicroDeposit
	case t.Direction == Incoming:
		return scenario.Deposit
	}
	return scenario.Withdrawal
}

// Transfers returns all transfers of a world in the order of their ids, micro-deposits among them.
func Transfers(w *world.World) []Transfer {
	var out []Transfer
	for _, t := range transfers.All(w) {
		out = append(out, t)
	}
	return out
}

func externalKey(account, external string) string { return account + " " + external }

var errTransfer = catalogue.Must(catalogue.Sentinel, "TRANSFER_NOT_FOUND")

// newTransferID makes an id of 14 digits: the date in New York and a serial number of 6 digits within it (form by ids
// of Apex Ascend and of a wrapper's documents).
func newTransferID(w *world.World) string {
	date := w.Now().In(nacha.NewYork()).Format("20060102")
	return fmt.Sprintf("%s%06d", date, w.Count("sentinel.transfer."+date))
}

// transferState is the short form of a transfer, which a cancel answers with (klane67/apex_clearing).
type transferState struct {
	TransferID         string    `json:"transferId"`
	ExternalTransferID *string   `json:"externalTransferId"` // null for micro-deposits
	Mechanism          string    `json:"mechanism"`
	Direction          Direction `json:"direction"`
	State              State     `json:"state"`
	RejectReason       *string   `json:"rejectReason"`
	ReturnCode         string    `json:"returnCode,omitempty"` // of a return; the name is assumed
}

// transferBody is the whole of a transfer.
type transferBody struct {
	transferState
	DisbursementType            string          `json:"disbursementType,omitempty"`            // of a withdrawal
	RequestedAmount             json.Number     `json:"requestedAmount,omitempty"`             // of a withdrawal
	Amount                      json.Number     `json:"amount"`                                // what reaches the bank
	EstimatedFundsAvailableDate string          `json:"estimatedFundsAvailableDate,omitempty"` // of a deposit
	ACHRelationshipID           string          `json:"achRelationshipId"`
	Fees                        []fee           `json:"fees"`
	IRADetails                  json.RawMessage `json:"iraDetails"`
	ReturnCode                  string          `json:"returnCode,omitempty"` // Nacha's; the name is assumed
}

func (t Transfer) short() transferState {
	return transferState{
		TransferID: t.ID, ExternalTransferID: orNull(t.External), Mechanism: mechanism, Direction: t.Direction,
		State: t.State, RejectReason: orNull(t.RejectReason), ReturnCode: t.ReturnCode,
	}
}

func (t Transfer) body() transferBody {
	out := transferBody{
		transferState: t.short(), DisbursementType: t.Disbursement, Amount: dollars(t.bankCents()),
		EstimatedFundsAvailableDate: t.Available, ACHRelationshipID: t.Relationship, Fees: t.fees(), IRADetails: t.IRA,
		ReturnCode: t.ReturnCode,
	}
	if t.kind() == scenario.Withdrawal {
		out.RequestedAmount = dollars(t.AmountCents)
	}
	return out
}

func transferAt(c *api.Call) (Transfer, error) {
	id := c.Params["transferId"]
	t, ok := transfers.Get(c.World, id)
	if !ok {
		return t, errTransfer.New("id", id)
	}
	return t, nil
}

// transferGet answers with one transfer. Errors: TRANSFER_NOT_FOUND.
func transferGet(c *api.Call) (any, error) {
	t, err := transferAt(c)
	if err != nil {
		return nil, err
	}
	return t.body(), nil
}

// transferCancel takes a transfer back that was not handed to the bank yet. Errors, in order of checking:
// TRANSFER_NOT_FOUND, TRANSFER_INVALID_STATE.
func transferCancel(c *api.Call) (any, error) {
	t, err := transferAt(c)
	if err != nil {
		return nil, err
	}
	t.Comment = c.Body.Text("comment")
	return moved(c, t, onCancel)
}

// simulateApprove is the test mode's approval, for which every deposit and withdrawal waits there. Errors, in order of
// checking: TRANSFER_NOT_FOUND, TRANSFER_INVALID_STATE.
func simulateApprove(c *api.Call) (any, error) {
	t, err := transferAt(c)
	if err != nil {
		return nil, err
	}
	return moved(c, t, onApprove)
}

// simulateReject is the test mode's rejection. Errors: those of simulateApprove.
func simulateReject(c *api.Call) (any, error) {
	t, err := transferAt(c)
	if err != nil {
		return nil, err
	}
	t.RejectReason = assumed(c.World, rejectReason)[0]
	return moved(c, t, onReject)
}

// moved moves a transfer and answers with its short form.
func moved(c *api.Call, t Transfer, e event) (any, error) {
	before := t.State
	t, err := t.move(c.World, e)
	if err != nil {
		return nil, err
	}
	if t.State == before {
		c.Note("the transfer stays %s: %s", t.State, t.Fate.text())
	}
	return t.short(), nil
}
