package sentinel

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"
)

// Dollars is an amount as it is written, never a float. It is sent as a string; answers have numbers.
type Dollars string

// UnmarshalJSON takes a number or a string.
func (d *Dollars) UnmarshalJSON(text []byte) error {
	var n json.Number // takes both
	if err := json.Unmarshal(text, &n); err != nil {
		return err
	}
	*d = Dollars(n)
	return nil
}

// PartialBalance is the type of a withdrawal that names its amount.
const PartialBalance = "PARTIAL_BALANCE"

// NewDeposit asks for money from the bank account.
type NewDeposit struct {
	ExternalTransferID uuid.UUID `json:"externalTransferId"`
	Amount             Dollars   `json:"amount"`
	ACHRelationshipID  string    `json:"achRelationshipId"`
}

// NewWithdrawal asks for money to the bank account.
type NewWithdrawal struct {
	ExternalTransferID uuid.UUID `json:"externalTransferId"`
	DisbursementType   string    `json:"disbursementType"`
	Amount             Dollars   `json:"amount"`
	ACHRelationshipID  string    `json:"achRelationshipId"`
}

// Transfer is a deposit or a withdrawal.
type Transfer struct {
	TransferID                  string    `json:"transferId"`
	ExternalTransferID          uuid.UUID `json:"externalTransferId"`
	Mechanism                   string    `json:"mechanism"`
	Direction                   string    `json:"direction"`
	State                       string    `json:"state"`
	RejectReason                string    `json:"rejectReason"`
	DisbursementType            string    `json:"disbursementType"`
	RequestedAmount             Dollars   `json:"requestedAmount"`
	Amount                      Dollars   `json:"amount"`
	EstimatedFundsAvailableDate string    `json:"estimatedFundsAvailableDate"` // YYYY-MM-DD, of a deposit
	ACHRelationshipID           string    `json:"achRelationshipId"`
}

// AmountAvailable is what an account can pay out.
type AmountAvailable struct {
	Total int64 `json:"total"`
}

// Deposit asks for a deposit.
func (c *Client) Deposit(ctx context.Context, d NewDeposit) (t Transfer, err error) {
	err = c.post(ctx, achs+"incoming", d, &t)
	return t, err
}

// Withdraw asks for a withdrawal.
func (c *Client) Withdraw(ctx context.Context, w NewWithdrawal) (t Transfer, err error) {
	err = c.post(ctx, achs+"outgoing", w, &t)
	return t, err
}

// Transfer reads a transfer.
func (c *Client) Transfer(ctx context.Context, id string) (t Transfer, err error) {
	err = c.get(ctx, achs+id, &t)
	return t, err
}

// Transfers reads all transfers of an account, in short.
func (c *Client) Transfers(ctx context.Context, account string) (list []Transfer, err error) {
	err = c.get(ctx, root+"transfers?account="+account, &list)
	return list, err
}

// CancelTransfer takes back a transfer that is not with the bank yet.
func (c *Client) CancelTransfer(ctx context.Context, id, why string) (t Transfer, err error) {
	err = c.post(ctx, achs+id+"/cancel", comment{why}, &t)
	return t, err
}

// AmountAvailable reads what an account can pay out.
func (c *Client) AmountAvailable(ctx context.Context, account string) (a AmountAvailable, err error) {
	err = c.get(ctx, root+"amount_available/"+account, &a)
	return a, err
}

// SimulateApproval is the test mode's approval of a transfer.
func (c *Client) SimulateApproval(ctx context.Context, id string) error {
	return c.post(ctx, simulations+"achs/"+id+"/approve", nil, nil)
}

// SimulateReturn is the test mode's ACH return.
func (c *Client) SimulateReturn(ctx context.Context, id string, cancelRelationship bool) error {
	return c.post(ctx, simulations+"achs/"+id+"/return", struct {
		CancelRelationship bool `json:"cancelRelationship"`
	}{cancelRelationship}, nil)
}

// NOC is a notification of change. An empty field changes nothing.
type NOC struct {
	NewAccountNumber   string `json:"newAccountNumber"`
	NewRoutingNumber   string `json:"newRoutingNumber"`
	NewBankAccountType string `json:"newBankAccountType"`
}

// SimulateNOC is the test mode's notification of change.
func (c *Client) SimulateNOC(ctx context.Context, id string, n NOC) error {
	return c.post(ctx, simulations+"achs/"+id+"/noc", n, nil)
}

// MicroDepositAmounts is the test mode's view of the customer's bank account: the two amounts of the last pair.
func (c *Client) MicroDepositAmounts(ctx context.Context, relationship string) (amounts [2]Dollars, err error) {
	err = c.get(ctx, simulations+"micro_deposits/"+relationship, &amounts)
	return amounts, err
}
