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

// verificationWebhooks are the schemas of the webhooks that tell how automated micro-deposits ended
// (documented), by the status.
var verificationWebhooks = map[string]string{
	statusAutomatic: "AutomaticallyVerifiedWebhook", statusExpired: "VerificationExpiredWebhook",
}

// sandboxItemSetVerificationStatus ends the waiting of an account for automated micro-deposits,
// and tells the Item's webhook AUTOMATICALLY_VERIFIED or VERIFICATION_EXPIRED (documented). An
// account that needs no proof stays as it is, and the webhook is sent (assumed). Errors, in order
// of checking: those of itemOf, INVALID_ACCOUNT_ID, INVALID_FIELD for another status (assumed),
// MICRODEPOSITS_ALREADY_VERIFIED for an account that waits no longer (assumed).
func sandboxItemSetVerificationStatus(c *api.Call, req verificationStatusRequest) (requestIDResponse, error) {
	item, err := itemOf(c, req.AccessToken)
	if err != nil {
		return requestIDResponse{}, err
	}
	acc, ok := item.account(c.World, req.AccountID)
	if !ok {
		return requestIDResponse{}, errAccountID.New()
	}
	if verificationWebhooks[req.Status] == "" {
		return requestIDResponse{}, errInvalidField.Text(
			"verification_status must be automatically_verified or verification_expired")
	}
	if item.Manual != nil && item.Manual.Status != statusPendingAutomatic {
		return requestIDResponse{}, errVerified.New()
	}
	item.verify(c.World, acc, req.Status)
	return requestIDResponse{RequestID: c.RequestID}, nil
}

// verify gives an account that waits for automated micro-deposits another status, and tells of it.
func (i Item) verify(w *world.World, acc account, status string) {
	if i.Manual != nil {
		manual := *i.Manual
		manual.Status = status
		i.Manual = &manual
	}
	kind := webhookBy(verificationWebhooks[status])
	itemWebhook(w, &i, kind.Code, kind.body(w, i.Client, webhookSubject{
		item: i, accounts: []account{acc}, target: i.Webhook,
	}))
	items.Put(w, i.ID, i)
}

// depositsArrive are automated micro-deposits, which Plaid finds by itself: after a banking day
// (documented as one to two).
var depositsArrive = world.NewEvent[string]("plaid.deposits_arrive") // item_id

func init() {
	depositsArrive.Handle(func(w *world.World, id string) {
		item, ok := items.Get(w, id)
		if ok && !item.Removed && item.Manual != nil && item.Manual.Status == statusPendingAutomatic {
			item.verify(w, item.accounts(w)[0], statusAutomatic)
		}
	})
}

// awaitDeposits schedules them for a new Item that waits for them.
func (i Item) awaitDeposits(w *world.World) {
	if i.Manual != nil && i.Manual.Status == statusPendingAutomatic {
		depositsArrive.At(w, nacha.Calendar{}.AddBankingDays(w.Now(), 1), i.ID)
	}
}
