package sentinel

import (
	"context"
	"time"
)

// Paths of version 1 of Sentinel.
const (
	root          = "/sentinel/api/v1/"
	relationships = root + "ach_relationships"
	achs          = root + "transfers/achs/"
	simulations   = root + "test/simulation/"
)

// Approval methods of a relationship.
const (
	MicroDeposit = "MICRO_DEPOSIT"
	Plaid        = "PLAID"
	PlaidToken   = "PLAID_TOKEN"
	Yodlee       = "YODLEE"
	GIACT        = "GIACT"
	Apex         = "APEX"
	VoidedCheck  = "VOIDED_CHECK"
)

// Types of a bank account.
const (
	Checking = "CHECKING"
	Savings  = "SAVINGS"
)

// NewRelationship is the request for a relationship: seven fields, or a Plaid processor token in place of the bank's
// four.
type NewRelationship struct {
	Account              string `json:"account"`
	BankRoutingNumber    string `json:"bankRoutingNumber,omitempty"`
	BankAccount          string `json:"bankAccount,omitempty"`
	BankAccountOwnerName string `json:"bankAccountOwnerName,omitempty"`
	BankAccountType      string `json:"bankAccountType,omitempty"`
	Nickname             string `json:"nickname"`
	ApprovalMethod       string `json:"approvalMethod"`
	PlaidProcessorToken  string `json:"plaidProcessorToken,omitempty"`
}

// Relationship is a bank account that is tied to an Apex account.
type Relationship struct {
	ID                   string        `json:"id"`
	Account              string        `json:"account"`
	BankRoutingNumber    string        `json:"bankRoutingNumber"`
	BankAccount          string        `json:"bankAccount"` // obscured
	BankAccountOwnerName string        `json:"bankAccountOwnerName"`
	BankAccountType      string        `json:"bankAccountType"`
	Nickname             string        `json:"nickname"`
	ApprovalMethod       string        `json:"approvalMethod"`
	Status               string        `json:"status"` // PENDING, APPROVED, CANCELED
	CreationTime         time.Time     `json:"creationTime"`
	Approval             *Approval     `json:"approval"`
	Cancellation         *Cancellation `json:"cancellation"`
}

// Approval is who approved a relationship, and when.
type Approval struct {
	ApprovalTime time.Time `json:"approvalTime"`
	ApprovedBy   struct {
		UserName   string `json:"userName"`
		UserEntity string `json:"userEntity"`
		UserClass  string `json:"userClass"`
	} `json:"approvedBy"`
}

// Cancellation is why a relationship ended, and when.
type Cancellation struct {
	Comment          string    `json:"comment"`
	Reason           string    `json:"reason"`
	CancellationTime time.Time `json:"cancellationTime"`
}

// comment is the body of a cancel.
type comment struct {
	Comment string `json:"comment"`
}

// CreateRelationship ties a bank account to an Apex account.
func (c *Client) CreateRelationship(ctx context.Context, r NewRelationship) (made Relationship, err error) {
	err = c.post(ctx, relationships, r, &made)
	return made, err
}

// Relationship reads a relationship.
func (c *Client) Relationship(ctx context.Context, id string) (r Relationship, err error) {
	err = c.get(ctx, relationships+"/"+id, &r)
	return r, err
}

// Relationships reads all relationships. Only version 2 is known to have the list.
func (c *Client) Relationships(ctx context.Context) (list []Relationship, err error) {
	err = c.get(ctx, "/sentinel/api/v2/ach_relationships", &list)
	return list, err
}

// ApproveMicroDeposits tells the two amounts that the customer saw. Wrong ones are answered with 400.
func (c *Client) ApproveMicroDeposits(ctx context.Context, id string, amounts [2]Dollars) (r Relationship, err error) {
	err = c.post(ctx, relationships+"/"+id+"/approve", struct {
		Method  string  `json:"method"`
		Amount1 Dollars `json:"amount1"`
		Amount2 Dollars `json:"amount2"`
	}{MicroDeposit, amounts[0], amounts[1]}, &r)
	return r, err
}

// ReissueMicroDeposits asks for a new pair of amounts, after three wrong tries. The answer is not looked at.
func (c *Client) ReissueMicroDeposits(ctx context.Context, id string) error {
	return c.post(ctx, relationships+"/"+id+"/reissue", nil, nil)
}

// CancelRelationship ends a relationship.
func (c *Client) CancelRelationship(ctx context.Context, id, why string) (r Relationship, err error) {
	err = c.post(ctx, relationships+"/"+id+"/cancel", comment{why}, &r)
	return r, err
}
