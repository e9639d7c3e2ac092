package plaid

import (
	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/nacha"
	"tweed/emulator/internal/world"
)

type selectAccountsRequest struct {
	State    string   `json:"oauth_state_id"`
	Accounts []string `json:"accounts"`
}

// sandboxOAuthSelectAccounts chooses what the user shares on the page of an OAuth bank. The
// answer is empty (OpenAPI file). Errors, in order of checking: OAUTH_STATE_ID_NOT_FOUND, INVALID_FIELD
// when it is decided (assumed), INVALID_ACCOUNT_ID.
func sandboxOAuthSelectAccounts(c *api.Call, req selectAccountsRequest) (struct{}, error) {
	f, err := visited(c, req.State)
	switch {
	case err != nil:
		return struct{}{}, err
	case f.s.Ask.Client != "" && f.s.Ask.Client != c.Client.ID:
		return struct{}{}, errStateUnknown.New()
	case f.s.Pane != paneOAuth:
		return struct{}{}, errInvalidField.Text("oauth_state_id has been decided on before")
	}
	if err := f.share(req.Accounts); err != nil {
		return struct{}{}, err
	}
	linkSessions.Put(c.World, f.s.ID, *f.s)
	return struct{}{}, nil
}

type verificationStatusRequest struct {
	AccessToken string `json:"access_token"`
	AccountID   string `json:"account_id"`
	Status      string `json:"verification_status"`
}

var errVerified = catalogue.Must(catalogue.Plaid, "INVALID_INPUT/MICRODEPOSITS_ALREADY_VERIFIED")

// sandboxItemSetVerificationStatus ends the waiting of an account for automated micro-deposits,
// and sends AUTH/AUTOMATICALLY_VERIFIED or AUTH/VERIFICATION_EXPIRED (documented). Errors, in
// order of checking: those of itemOf, INVALID_ACCOUNT_ID, MICRODEPOSITS_ALREADY_VERIFIED for an
// account that waits for none (assumed).
func sandboxItemSetVerificationStatus(c *api.Call, req verificationStatusRequest) (requestIDResponse, error) {
	item, err := itemOf(c, req.AccessToken)
	if err != nil {
		return requestIDResponse{}, err
	}
	if _, ok := item.account(c.World, req.AccountID); !ok {
		return requestIDResponse{}, errAccountID.New()
	}
	if item.Manual == nil || item.Manual.Status != statusPendingAutomatic {
		return requestIDResponse{}, errVerified.New()
	}
	item.verify(c.World, req.Status)
	return requestIDResponse{RequestID: c.RequestID}, nil
}

// verify gives the account of automated micro-deposits another status, and tells of it.
func (i Item) verify(w *world.World, status string) {
	manual := *i.Manual
	manual.Status = status
	i.Manual = &manual
	items.Put(w, i.ID, i)
	code := map[string]string{statusAutomatic: "AUTOMATICALLY_VERIFIED", statusExpired: "VERIFICATION_EXPIRED"}[status]
	sendWebhook(w, i.Webhook, map[string]any{
		"webhook_type": "AUTH", "webhook_code": code, "item_id": i.ID, "account_id": i.accountID(w, 0),
	})
}

// depositsArrive are automated micro-deposits, which Plaid finds by itself: after a banking day
// (documented as one to two).
var depositsArrive = world.NewEvent[string]("plaid.deposits_arrive") // item_id

func init() {
	depositsArrive.Handle(func(w *world.World, id string) {
		item, ok := items.Get(w, id)
		if ok && !item.Removed && item.Manual != nil && item.Manual.Status == statusPendingAutomatic {
			item.verify(w, statusAutomatic)
		}
	})
}

// awaitDeposits schedules them for a new Item that waits for them.
func (i Item) awaitDeposits(w *world.World) {
	if i.Manual != nil && i.Manual.Status == statusPendingAutomatic {
		depositsArrive.At(w, nacha.Calendar{}.AddBankingDays(w.Now(), 1), i.ID)
	}
}
