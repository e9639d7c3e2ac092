package plaid

import (
	"net/http"
	"slices"
	"strings"

	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/dataset"
)

var errInstitutionDown = catalogue.Must(catalogue.Plaid, "INSTITUTION_ERROR/INSTITUTION_DOWN")

// linkSecret bounds a password in bytes: the JSON of user_custom has at most 55 kB
// (documented).
const linkSecret = 64 << 10

// login tries user and password. What is wrong with them shows on a pane and is no error of
// the call. Errors: INVALID_FIELD for a text that is too long.
func (f *linkFlow) login(req linkStepRequest) error {
	if len(req.Username) > linkQuery || len(req.Password) > linkSecret {
		return errInvalidField.Text("username must be no longer than 200 bytes, password no longer than 64 kB")
	}
	f.emit(eventSubmitLogin)
	f.view(viewLoading)
	if strings.Contains(req.Password, `"recaptcha"`) {
		f.view(viewRecaptcha) // that Link shows one and goes on by itself is assumed
	}
	f.s.User, f.s.Password = req.Username, req.Password
	item, err := f.identify()
	if err != nil {
		f.refuse(asRow(err))
		return nil
	}
	f.s.Item = &item
	if asked, ok := challengeOf(req.Username, req.Password); ok {
		f.s.Challenge = &asked
		f.to(paneMFA, viewMFA)
		return nil
	}
	f.toAccounts()
	return nil
}

// identify returns the Item of the credentials: a new one that no table has yet, or the one
// that is updated. Errors: those of Login.prepare; INVALID_CREDENTIALS in update mode for
// another user than the Item's (assumed: the row INVALID_UPDATED_USERNAME is the older
// API's).
func (f *linkFlow) identify() (Item, error) {
	if !f.s.updates() {
		return f.s.login().prepare(f.w)
	}
	item, _ := items.Get(f.w, f.s.Ask.Item)
	if f.s.User != item.User {
		return item, errCredentials.New()
	}
	_, err := f.s.login().check(&item)
	return item, err
}

// login is what the user has typed, and what the app asked for.
func (s *linkSession) login() Login {
	return Login{
		Institution: s.Institution, User: s.User, Password: s.Password, Products: s.Ask.Products, Webhook: s.Ask.Webhook,
		Client: s.Ask.Client, ClientUser: s.Ask.ClientUser, History: s.Ask.History,
	}
}

// wrongLogins are the errors after which the user types the credentials again.
var wrongLogins = []string{"INVALID_CREDENTIALS", "INSUFFICIENT_CREDENTIALS", "INVALID_UPDATED_USERNAME"}

// refuse shows why a login failed: on the pane, or on one of its own. INVALID_LINK_TOKEN and
// errors that are no bank's and no Plaid server's own end Link (assumed).
func (f *linkFlow) refuse(e *catalogue.Error) {
	switch {
	case slices.Contains(wrongLogins, e.Row.Code):
		f.again(e, paneCredentials, viewCredential)
	case e.Row == errLinkToken:
		f.fail(faultOf(e))
		f.exit(e, f.s.status())
	case e.Row.Type == "INSTITUTION_ERROR":
		f.broken(e, paneInstitution)
	case e.Row.Type == "ITEM_ERROR", e.Row.Type == "RECAPTCHA_ERROR", e.Row.Type == "API_ERROR",
		e.Status >= http.StatusInternalServerError:
		f.broken(e, paneCredentials)
	default:
		f.broken(e, "")
	}
	if f.s.updates() && f.s.Retry == paneInstitution {
		f.s.Retry = paneCredentials
	}
}

// again shows a pane once more with what was wrong. Too many wrong answers end Link.
func (f *linkFlow) again(e *catalogue.Error, pane, view string) {
	fault := faultOf(e)
	f.fail(fault)
	f.s.Tries++
	if f.s.Tries >= linkTries {
		f.exit(errLinkToken.New(), f.s.status())
		return
	}
	f.to(pane, view)
	f.s.Fault = fault
}

func (f *linkFlow) toCredentialsAgain(linkStepRequest) error {
	f.s.Challenge = nil
	f.toLogin()
	return nil
}

// answer takes the answers to a challenge.
func (f *linkFlow) answer(req linkStepRequest) error {
	f.emit(eventSubmitMFA, func(m *eventMetadata) { m.MFAType = orNull(eventMFA[f.s.Challenge.kind()]) })
	f.view(viewLoading)
	next, ok := f.s.Challenge.answered(req.Responses)
	if !ok {
		f.again(errInvalidMFA.New(), paneMFA, viewMFA)
		return nil
	}
	if next.Round < next.Rounds {
		f.s.Challenge = &next
		f.to(paneMFA, viewMFA)
		return nil
	}
	f.s.Challenge = nil
	f.toAccounts()
	return nil
}

// credentialFields are those of the Sandbox's institutions.
func credentialFields(*dataset.Institution) []credentialField {
	return []credentialField{
		{Name: "username", Label: "Username", Type: "text"}, {Name: "password", Label: "Password", Type: "password"},
	}
}

type credentialField struct {
	Name  string `json:"name"`
	Label string `json:"label"`
	Type  string `json:"type"` // text, password
}
