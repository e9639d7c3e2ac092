package plaid

import (
	"net/url"
	"slices"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
)

// linkOAuth is a visit to the bank's own page.
type linkOAuth struct {
	State    string   `json:"state"`              // oauth_state_id
	Decision string   `json:"decision,omitempty"` // "" until the user has decided
	Accounts []string `json:"accounts,omitempty"` // that the user shares; nil for all
}

// What a user decides on the bank's page. With oauthError the bank does not answer.
const (
	oauthApprove = "approve"
	oauthDeny    = "deny"
	oauthError   = "error"
)

var (
	errNotGranted     = catalogue.Must(catalogue.Plaid, "ITEM_ERROR/ACCESS_NOT_GRANTED")
	errNotResponding  = catalogue.Must(catalogue.Plaid, "INSTITUTION_ERROR/INSTITUTION_NOT_RESPONDING")
	errOtherLinkToken = catalogue.Must(catalogue.Plaid, "OAUTH_ERROR/INCORRECT_LINK_TOKEN")
	errOtherNonce     = catalogue.Must(catalogue.Plaid, "OAUTH_ERROR/INCORRECT_OAUTH_NONCE")
	errStateDone      = catalogue.Must(catalogue.Plaid, "OAUTH_ERROR/OAUTH_STATE_ID_ALREADY_PROCESSED")
	errStateUnknown   = catalogue.Must(catalogue.Plaid, "OAUTH_ERROR/OAUTH_STATE_ID_NOT_FOUND")
)

// state is the oauth_state_id of a session, "" for none.
func (s *linkSession) state() string {
	if s.OAuth == nil {
		return ""
	}
	return s.OAuth.State
}

// toOAuth sends the user to the bank's own page. Who logs in there is user_good (assumed); in
// update mode the Item's user.
func (f *linkFlow) toOAuth() {
	if !f.s.updates() {
		f.s.User, f.s.Password = userGood, passGood
		item, err := f.s.login().prepare(f.w)
		if err != nil {
			f.refuse(asRow(err))
			return
		}
		f.s.Item = &item
	}
	f.s.OAuth = &linkOAuth{State: f.w.UUID("oauth_state")}
	f.to(paneOAuth, viewOAuth)
	f.emit(eventOpenOAuth)
}

// bankPage is the address of the fake bank's page, seen from link.html.
const bankPage = "bank.html"

// oauthPane opens the bank's page in a pop-up. An app with a redirect_uri may be left for the
// bank instead: redirect is the address for that.
func (s *linkSession) oauthPane() oauthPane {
	query := url.Values{"oauth_state_id": {s.OAuth.State}}
	out := oauthPane{Name: s.Pane, State: s.OAuth.State, BankURL: bankPage + "?" + query.Encode()}
	if s.Ask.Redirect != "" {
		query.Set("redirect", "true")
		out.Redirect = orNull(bankPage + "?" + query.Encode())
	}
	return out
}

// redirect is where the bank sends the user back to: the redirect_uri with the
// oauth_state_id. "" without one.
func (s *linkSession) redirect() string {
	back, err := url.Parse(s.Ask.Redirect)
	if err != nil || s.Ask.Redirect == "" {
		return ""
	}
	query := back.Query()
	query.Set("oauth_state_id", s.state())
	back.RawQuery = query.Encode()
	return back.String()
}

type linkBankRequest struct {
	State string `json:"oauth_state_id"`
}

type linkBankResponse struct {
	Accounts    []linkAccount    `json:"accounts"`
	ClientName  string           `json:"client_name"`
	Decided     bool             `json:"decided"`
	Institution *linkInstitution `json:"institution"`
	State       string           `json:"oauth_state_id"`
	RedirectURI *string          `json:"redirect_uri"` // where the user goes afterwards
	RequestID   string           `json:"request_id"`
}

// linkSessionBank is what the bank's page shows. Errors: OAUTH_STATE_ID_NOT_FOUND.
func linkSessionBank(c *api.Call, req linkBankRequest) (linkBankResponse, error) {
	f, err := visited(c, req.State)
	if err != nil {
		return linkBankResponse{}, err
	}
	return linkBankResponse{
		Accounts: f.candidates(), ClientName: f.s.Ask.ClientName, Decided: f.s.OAuth.Decision != "",
		Institution: shownInstitution(f.s.bank()), State: req.State, RedirectURI: orNull(f.s.redirect()),
		RequestID: c.RequestID,
	}, nil
}

// visited finds the session that waits for a bank's answer. Errors: OAUTH_STATE_ID_NOT_FOUND.
func visited(c *api.Call, state string) (*linkFlow, error) {
	s, ok := linkByState.First(c.World, state)
	if !ok || s.Item == nil || state == "" {
		return nil, errStateUnknown.New()
	}
	return s.of(c), nil
}

type linkOAuthRequest struct {
	State    string   `json:"oauth_state_id"`
	Decision string   `json:"decision"`
	Accounts []string `json:"account_ids"`
}

type linkOAuthResponse struct {
	RedirectURI *string `json:"redirect_uri"`
	RequestID   string  `json:"request_id"`
}

// linkSessionOAuth takes what the user decides on the bank's page. Link hears of it with its
// next step. Errors, in order of checking: OAUTH_STATE_ID_NOT_FOUND, INVALID_FIELD when it is
// decided already, INVALID_ACCOUNT_ID.
func linkSessionOAuth(c *api.Call, req linkOAuthRequest) (linkOAuthResponse, error) {
	f, err := visited(c, req.State)
	if err != nil {
		return linkOAuthResponse{}, err
	}
	if f.s.OAuth.Decision != "" || f.s.Pane != paneOAuth {
		return linkOAuthResponse{}, errInvalidField.Text("oauth_state_id has been decided on before")
	}
	if req.Decision == oauthApprove && len(req.Accounts) > 0 {
		if err := f.share(req.Accounts); err != nil {
			return linkOAuthResponse{}, err
		}
	}
	f.s.OAuth.Decision = req.Decision
	linkSessions.Put(c.World, f.s.ID, *f.s)
	return linkOAuthResponse{RedirectURI: orNull(f.s.redirect()), RequestID: c.RequestID}, nil
}

// share keeps which accounts the bank's page shares. Errors: INVALID_ACCOUNT_ID.
func (f *linkFlow) share(ids []string) error {
	f.s.OAuth.Accounts = nil
	for _, id := range ids {
		if !slices.ContainsFunc(f.candidates(), func(a linkAccount) bool { return a.ID == id }) {
			return errAccountID.New()
		}
	}
	f.s.OAuth.Accounts = slices.Clone(ids)
	return nil
}

// askBank goes on when the bank has answered.
func (f *linkFlow) askBank(linkStepRequest) error {
	switch f.s.OAuth.Decision {
	case oauthApprove:
		f.emit(eventCloseOAuth)
		f.view(viewLoading)
		f.shared()
	case oauthDeny:
		f.emit(eventCloseOAuth)
		f.broken(errNotGranted.New(), paneInstitution)
	case oauthError:
		f.emit(eventFailOAuth)
		f.broken(errNotResponding.New(), paneInstitution)
	}
	return nil
}

// shared goes on with the accounts of the bank's page. Link asks itself only where it needs
// one and the page has shared several (assumed).
func (f *linkFlow) shared() {
	ids := selectable(f.candidates())
	if f.s.updates() && !f.s.Ask.AddAccount || len(ids) == 0 || f.s.Ask.Single && !f.s.Ask.NoSelect && len(ids) > 1 {
		f.toAccounts()
		return
	}
	f.s.Chosen = ids
	f.connect()
}

// state is the oauth_state_id that the request comes back with, "" for none.
func (r linkOpenRequest) state() string {
	if r.ReceivedRedirect == "" {
		return r.OAuthStateID
	}
	back, err := url.Parse(r.ReceivedRedirect)
	if err != nil {
		return ""
	}
	return back.Query().Get("oauth_state_id")
}

// resume goes on with the session that the bank's page was opened in. Ways to exit, in order
// of checking: OAUTH_STATE_ID_NOT_FOUND, INCORRECT_LINK_TOKEN, INCORRECT_OAUTH_NONCE,
// OAUTH_STATE_ID_ALREADY_PROCESSED (documented).
func (f *linkFlow) resume(req linkOpenRequest, ask linkAsk) linkView {
	var refused *catalogue.Row
	s, ok := linkByState.First(f.w, req.state())
	switch {
	case !ok || req.state() == "":
		refused = errStateUnknown
	case s.Token != req.LinkToken:
		refused = errOtherLinkToken
	case s.Ask.Nonce != req.OAuthNonce:
		refused = errOtherNonce
	case s.Pane != paneOAuth:
		refused = errStateDone
	}
	if refused != nil {
		f.begin(req, ask)
		f.exit(refused.New(), "requires_oauth")
		return f.reply()
	}
	call := f.call
	f = s.flow(f.w, f.requestID)
	f.call = call
	f.emit(eventOpen)
	_ = f.askBank(linkStepRequest{}) // it has no errors
	return f.reply()
}
