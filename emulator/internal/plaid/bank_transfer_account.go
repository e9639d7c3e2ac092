package plaid

import (
	"cmp"
	"strings"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/nacha"
	"tweed/emulator/internal/world"
)

var (
	// migratedItems are the Items that migrateAccount made, by item_id.
	migratedItems = world.NewTable[bool]("plaid.migrated_item", 1)

	errAccountNumber = catalogue.Must(catalogue.Plaid, "INVALID_REQUEST/INVALID_ACCOUNT_NUMBER")
)

type bankTransferBalance struct {
	Available    string `json:"available"`
	Transactable string `json:"transactable"`
}

type bankTransferBalanceRequest struct {
	Origination *string `json:"origination_account_id"`
}

type bankTransferBalanceResponse struct {
	Balance     bankTransferBalance `json:"balance"`
	Origination string              `json:"origination_account_id"`
	RequestID   string              `json:"request_id"`
}

// checkOrigination refuses an origination account that is none of the client's (the row and
// its text are assumed).
func checkOrigination(c *api.Call, given *string) (own string, err error) {
	own = originationAccount(c.World, c.Client.ID)
	if !fits(textOr(given, ""), own) {
		return own, errInvalidField.Text("origination_account_id must be a valid origination account ID")
	}
	return own, nil
}

// bankTransferBalanceGet adds up the client's transfers: a debit counts once it is posted, a
// credit as soon as it is made (OpenAPI file). The account starts with nothing and has no
// minimum (assumed). Errors: those of checkOrigination.
func bankTransferBalanceGet(c *api.Call, req bankTransferBalanceRequest) (bankTransferBalanceResponse, error) {
	own, err := checkOrigination(c, req.Origination)
	if err != nil {
		return bankTransferBalanceResponse{}, err
	}
	var sum cents
	for _, id := range bankTransfersOf.Keys(c.World, c.Client.ID) {
		t, _ := bankTransfers.Get(c.World, id)
		switch {
		case t.Type == typeDebit && t.Status == statusPosted:
			sum += t.Amount
		case t.Type == typeCredit && (t.Status == statusPending || t.Status == statusPosted):
			sum -= t.Amount
		}
	}
	return bankTransferBalanceResponse{
		Balance:     bankTransferBalance{Available: sum.String(), Transactable: sum.String()},
		Origination: own, RequestID: c.RequestID,
	}, nil
}

type migrateAccountRequest struct {
	AccountNumber     string `json:"account_number"`
	RoutingNumber     string `json:"routing_number"`
	WireRoutingNumber string `json:"wire_routing_number"`
	AccountType       string `json:"account_type"`
}

type migrateAccountResponse struct {
	AccessToken string `json:"access_token"`
	AccountID   string `json:"account_id"`
	RequestID   string `json:"request_id"`
}

// accountNumberMax is the most digits of an account number (Nacha's file format: DFI Account Number).
const accountNumberMax = 17

// migrateAccount makes an Item of an account and a routing number that are known, for Bank
// Transfers and for Transfer. It has that one account; the bank behind it is First Platypus
// Bank (assumed). Errors, in order of checking: INVALID_ACCOUNT_NUMBER, INVALID_FIELD for a
// routing number without its check digit and for another account_type (texts assumed).
func migrateAccount(c *api.Call, req migrateAccountRequest) (migrateAccountResponse, error) {
	if n := len(req.AccountNumber); n == 0 || n > accountNumberMax || strings.ContainsFunc(req.AccountNumber, noDigit) {
		return migrateAccountResponse{}, errAccountNumber.New()
	}
	for _, routing := range []struct{ field, number string }{
		{"routing_number", req.RoutingNumber},
		{"wire_routing_number", cmp.Or(req.WireRoutingNumber, req.RoutingNumber)},
	} {
		if nacha.ValidRouting(routing.number) != nil {
			return migrateAccountResponse{}, errInvalidField.Text(routing.field + " must be a valid routing number")
		}
	}
	if err := checkOneOf("account_type", req.AccountType, "checking", "savings"); err != nil {
		return migrateAccountResponse{}, err
	}
	item := Item{
		ID: idOf(c.World.Draw("item")), Institution: firstPlatypus, User: userCustom, Products: []string{productAuth},
		Custom: &Custom{Accounts: []CustomAccount{{
			Type: "depository", Subtype: req.AccountType, StartingBalance: "0",
			Numbers: CustomNumbers{
				Account: req.AccountNumber, ACHRouting: req.RoutingNumber, ACHWireRouting: req.WireRoutingNumber,
			},
		}}},
		Created: c.Now, Healthy: c.Now, Client: c.Client.ID, AccessToken: newToken(c.World, "access"),
	}
	items.Put(c.World, item.ID, item)
	migratedItems.Put(c.World, item.ID, true)
	return migrateAccountResponse{
		AccessToken: item.AccessToken, AccountID: item.accounts(c.World)[0].ID, RequestID: c.RequestID,
	}, nil
}

func noDigit(r rune) bool { return r < '0' || r > '9' }
