package plaid

import (
	"tweed/emulator/internal/api"
	"tweed/emulator/internal/world"
)

// processorToken gives a partner access to one account of one Item.
type processorToken struct {
	Item      string `json:"item"`
	Account   string `json:"account"`
	Processor string `json:"processor"` // "" for one of /sandbox/processor_token/create: any partner's

	Products []string `json:"products,omitempty"` // its permissions, sorted; none = all
	Webhook  string   `json:"webhook,omitempty"`  // the partner's
}

var processorTokens = world.NewTable[processorToken]("plaid.processor_token", 1)

func newProcessorToken(w *world.World, kind, itemID, accountID, processor string) string {
	token := newToken(w, kind)
	processorTokens.Put(w, token, processorToken{Item: itemID, Account: accountID, Processor: processor})
	return token
}

type processorTokenCreateRequest struct {
	AccessToken string `json:"access_token"`
	AccountID   string `json:"account_id"`
	Processor   string `json:"processor"`
}

type processorTokenResponse struct {
	ProcessorToken string `json:"processor_token"`
	RequestID      string `json:"request_id"`
}

// processorTokenCreate makes a token with which one processor reaches one account. Which
// processors exist is the contract's matter (INVALID_PROCESSOR); all are enabled. Any
// account of the Item works: what Plaid says of one that is no depository account is
// not public. Errors, in order of checking: those of healthyItem, INVALID_ACCOUNT_ID.
func processorTokenCreate(c *api.Call, req processorTokenCreateRequest) (processorTokenResponse, error) {
	item, acc, err := accountFor(c, req.AccessToken, req.AccountID)
	if err != nil {
		return processorTokenResponse{}, err
	}
	token := newProcessorToken(c.World, "processor", item.ID, acc.ID, req.Processor)
	return processorTokenResponse{ProcessorToken: token, RequestID: c.RequestID}, nil
}

// processorApexTokenCreate is processorTokenCreate for Apex, under its own older path and
// under the one that Plaid's Apex guide prints (/item/processor_token/apex/create).
func processorApexTokenCreate(c *api.Call, req processorTokenCreateRequest) (processorTokenResponse, error) {
	req.Processor = apex[0]
	return processorTokenCreate(c, req)
}

type stripeTokenResponse struct {
	RequestID              string `json:"request_id"`
	StripeBankAccountToken string `json:"stripe_bank_account_token"`
}

// stripeTokenLength is the length of what follows "btok_" in tokens of Stripe's own
// documentation.
const stripeTokenLength = 24

// processorStripeTokenCreate makes a Stripe bank account token. Errors: those of
// processorTokenCreate.
func processorStripeTokenCreate(c *api.Call, req processorTokenCreateRequest) (stripeTokenResponse, error) {
	item, acc, err := accountFor(c, req.AccessToken, req.AccountID)
	if err != nil {
		return stripeTokenResponse{}, err
	}
	token := "btok_" + c.World.Draw("stripe").Text(idAlphabet, stripeTokenLength)
	processorTokens.Put(c.World, token, processorToken{Item: item.ID, Account: acc.ID, Processor: "stripe"})
	return stripeTokenResponse{RequestID: c.RequestID, StripeBankAccountToken: token}, nil
}

// accountFor resolves an access token and one account of its Item.
func accountFor(c *api.Call, token, accountID string) (Item, account, error) {
	item, err := healthyItem(c, token)
	if err != nil {
		return Item{}, account{}, err
	}
	acc, ok := item.account(c.World, accountID)
	if !ok {
		return Item{}, account{}, errAccountID.New()
	}
	return item, acc, nil
}

// byProcessorToken resolves a processor token for a partner's call. Errors, in order of
// checking: those of processorTokenOf, those of Item.use, INVALID_PRODUCT for a product that
// the token's permissions leave out (assumed: what Plaid answers is not public, and of its
// rows this one's text fits), INVALID_ACCOUNT_ID.
func byProcessorToken(c *api.Call, token, productName string) (Item, account, error) {
	row, item, err := processorTokenOf(c, token)
	if err != nil {
		return Item{}, account{}, err
	}
	ofItem := productName
	if ofItem == productBalance {
		ofItem = ""
	}
	if err := item.ready(c.World, ofItem); err != nil {
		return Item{}, account{}, err
	}
	if !row.permits(productName) {
		return Item{}, account{}, errProduct.New("products", quoted([]string{productName}))
	}
	acc, ok := item.account(c.World, row.Account)
	if !ok {
		return Item{}, account{}, errAccountID.New()
	}
	return item.with(c.World, ofItem), acc, nil
}

type processorRequest struct {
	ProcessorToken string `json:"processor_token"`
}

type processorAccountResponse struct {
	Account       accountBody `json:"account"`
	InstitutionID string      `json:"institution_id"`
	RequestID     string      `json:"request_id"`
}

// processorAccountGet answers with the token's account. Errors: those of byProcessorToken.
func processorAccountGet(c *api.Call, req processorRequest) (processorAccountResponse, error) {
	item, acc, err := byProcessorToken(c, req.ProcessorToken, "")
	if err != nil {
		return processorAccountResponse{}, err
	}
	return processorAccountResponse{
		Account: acc.body(), InstitutionID: item.Institution, RequestID: c.RequestID,
	}, nil
}

type processorBalanceResponse struct {
	Account   accountBody `json:"account"`
	RequestID string      `json:"request_id"`
}

// processorBalanceGet answers with the balance. Errors: those of byProcessorToken.
func processorBalanceGet(c *api.Call, req processorRequest) (processorBalanceResponse, error) {
	_, acc, err := byProcessorToken(c, req.ProcessorToken, productBalance)
	if err != nil {
		return processorBalanceResponse{}, err
	}
	return processorBalanceResponse{Account: acc.body(), RequestID: c.RequestID}, nil
}

type processorAuthResponse struct {
	Account   accountBody      `json:"account"`
	Numbers   processorNumbers `json:"numbers"`
	RequestID string           `json:"request_id"`
}

// processorNumbers are single objects or null, unlike the arrays of /auth/get (schema
// ProcessorNumber of the OpenAPI file; the versioning page shows arrays).
type processorNumbers struct {
	ACH           *achNumbers           `json:"ach"`
	BACS          *bacsNumbers          `json:"bacs"`
	EFT           *eftNumbers           `json:"eft"`
	International *internationalNumbers `json:"international"`
}

// processorAuthGet answers with the account's numbers. Errors: those of byProcessorToken,
// NO_AUTH_ACCOUNTS for an account without numbers (assumed).
func processorAuthGet(c *api.Call, req processorRequest) (processorAuthResponse, error) {
	_, acc, err := byProcessorToken(c, req.ProcessorToken, productAuth)
	if err != nil {
		return processorAuthResponse{}, err
	}
	if !acc.hasNumbers() {
		return processorAuthResponse{}, errNoAuthAccounts.New()
	}
	all := numbersOf([]account{acc})
	return processorAuthResponse{
		Account: acc.body(), RequestID: c.RequestID,
		Numbers: processorNumbers{
			ACH: first(all.ACH), BACS: first(all.BACS), EFT: first(all.EFT), International: first(all.International),
		},
	}, nil
}

func first[T any](list []T) *T {
	if len(list) == 0 {
		return nil
	}
	return &list[0]
}

type processorIdentityResponse struct {
	Account   identityAccount `json:"account"`
	RequestID string          `json:"request_id"`
}

// processorIdentityGet answers with the owners. Errors: those of byProcessorToken.
func processorIdentityGet(c *api.Call, req processorRequest) (processorIdentityResponse, error) {
	_, acc, err := byProcessorToken(c, req.ProcessorToken, productIdentity)
	if err != nil {
		return processorIdentityResponse{}, err
	}
	return processorIdentityResponse{Account: acc.withOwners(), RequestID: c.RequestID}, nil
}
