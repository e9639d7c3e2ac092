package flow

import "context"

// Each method below is Step for one name, and returns what an application would keep. The steps before it run first
// when they are not done; the error is a *StepError.

// LinkToken returns a new Link token.
func (c *Client) LinkToken(ctx context.Context) (string, error) {
	err := c.Step(ctx, StepLinkToken)
	return c.state.LinkToken, err
}

// PublicToken returns a new public token of the sandbox.
func (c *Client) PublicToken(ctx context.Context) (string, error) {
	err := c.Step(ctx, StepPublicToken)
	return c.state.PublicToken, err
}

// Exchange returns the access token and the id of the Item.
func (c *Client) Exchange(ctx context.Context) (accessToken, itemID string, err error) {
	err = c.Step(ctx, StepExchange)
	return c.state.AccessToken, c.state.ItemID, err
}

// Accounts returns the account that the configuration chooses.
func (c *Client) Accounts(ctx context.Context) (Account, error) {
	err := c.Step(ctx, StepAccounts)
	return c.state.Account, err
}

// ProcessorToken returns a processor token for the chosen account.
func (c *Client) ProcessorToken(ctx context.Context) (string, error) {
	err := c.Step(ctx, StepProcessorToken)
	return c.state.ProcessorToken, err
}

// SentinelLogin gets a token from Legit, which the client keeps for the calls to Sentinel.
func (c *Client) SentinelLogin(ctx context.Context) error { return c.Step(ctx, StepSentinelLogin) }

// Relationship returns the id of a new, approved ACH relationship.
func (c *Client) Relationship(ctx context.Context) (string, error) {
	err := c.Step(ctx, StepRelationship)
	return c.state.RelationshipID, err
}

// Deposit returns the id of a new deposit.
func (c *Client) Deposit(ctx context.Context) (string, error) {
	err := c.Step(ctx, StepDeposit)
	return c.state.TransferID, err
}

// Withdrawal returns the id of a new withdrawal.
func (c *Client) Withdrawal(ctx context.Context) (string, error) {
	err := c.Step(ctx, StepWithdrawal)
	return c.state.TransferID, err
}

// Settle waits for the end of the last transfer and returns its state in Sentinel's words.
func (c *Client) Settle(ctx context.Context) (string, error) {
	err := c.Step(ctx, StepSettle)
	return c.state.TransferState, err
}
