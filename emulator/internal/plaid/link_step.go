package plaid

import (
	"maps"
	"slices"
	"strings"

	"tweed/emulator/internal/dataset"
)

// The panes of Link.
const (
	paneConsent     = "consent"
	paneInstitution = "institution"
	paneCredentials = "credentials"
	paneMFA         = "mfa"
	paneAccounts    = "accounts"
	paneNumbers     = "numbers"
	paneDeposits    = "micro_deposit"
	paneOAuth       = "oauth"
	paneError       = "error"
	paneConnected   = "connected"
)

// action is what an action does on a pane.
type linkAction = func(linkStepRequest) error

// actions are those that the session's pane takes, beside exit and look.
func (f *linkFlow) actions() map[string]linkAction {
	switch f.s.Pane {
	case paneConsent:
		return map[string]linkAction{"continue": f.consented}
	case paneInstitution:
		all := map[string]linkAction{"search": f.search, "institution": f.chosen, "back": f.toConsentAgain}
		if f.s.manual() {
			all["manual"] = f.enterManually
		}
		return all
	case paneCredentials:
		all := map[string]linkAction{"credentials": f.login}
		if !f.s.updates() {
			all["back"] = f.toInstitutions
		}
		return all
	case paneMFA:
		return map[string]linkAction{"mfa": f.answer, "back": f.toCredentialsAgain}
	case paneAccounts:
		return map[string]linkAction{"accounts": f.pick}
	case paneNumbers:
		return map[string]linkAction{"numbers": f.enterNumbers, "back": f.toInstitutions}
	case paneDeposits:
		return map[string]linkAction{"micro_deposit": f.verifyDeposits}
	case paneOAuth:
		all := map[string]linkAction{"oauth": f.askBank}
		if !f.s.updates() {
			all["back"] = f.toInstitutions
		}
		return all
	case paneError:
		if f.s.Retry != "" {
			return map[string]linkAction{"continue": f.retry}
		}
		return map[string]linkAction{}
	default:
		return map[string]linkAction{"continue": f.finish}
	}
}

// act does an action. Errors: INVALID_FIELD for one that the pane does not take, those of the
// action.
func (f *linkFlow) act(req linkStepRequest) error {
	if req.Action == "exit" {
		if f.s.Pane == paneConnected {
			return f.finish(req) // the Item is linked: closing the last pane changes nothing (assumed)
		}
		f.leave()
		return nil
	}
	all := f.actions()
	do := all[req.Action]
	if do == nil {
		return errInvalidField.Text("action " + keyOf(req.Action) + " is not one of the pane " + f.s.Pane + ", which takes " +
			strings.Join(slices.Sorted(maps.Keys(all)), ", ") + ", exit, look")
	}
	return do(req)
}

// to shows a pane.
func (f *linkFlow) to(pane, view string) {
	f.s.Pane, f.s.Fault = pane, nil
	f.view(view)
}

func (f *linkFlow) toConsent() { f.to(paneConsent, viewConsent) }

func (f *linkFlow) toConsentAgain(linkStepRequest) error {
	f.toConsent()
	return nil
}

func (f *linkFlow) consented(linkStepRequest) error { return f.toInstitutions(linkStepRequest{}) }

func (f *linkFlow) toInstitutions(linkStepRequest) error {
	f.s.Institution, f.s.Query, f.s.Item = "", "", nil
	f.to(paneInstitution, viewSelect)
	return nil
}

// linkListed is how many institutions a pane shows (assumed).
const linkListed = 20

// linkQuery bounds what a user types into a field, in bytes (assumed).
const linkQuery = 200

// search looks for institutions. Errors: INVALID_FIELD for a text that is too long.
func (f *linkFlow) search(req linkStepRequest) error {
	if len(req.Query) > linkQuery {
		return errInvalidField.Text("query must be no longer than 200 bytes")
	}
	f.s.Query = req.Query
	f.emit(eventSearch, func(m *eventMetadata) { m.Query = &req.Query })
	return nil
}

// institutions are those that the pane lists: of the countries, by what was typed. Without a
// search only those are listed that have all products; one that lacks some, or that Link
// refuses, is found by its name and then not supported (assumed).
func (s *linkSession) institutions() []*linkInstitution {
	out := []*linkInstitution{}
	words := strings.Fields(strings.ToLower(s.Query))
	filter := institutionFilter{countries: s.Ask.Countries}
	for _, bank := range dataset.Institutions() {
		name := strings.ToLower(bank.Name)
		missing := func(word string) bool { return !strings.Contains(name, word) }
		switch {
		case len(out) == linkListed:
			return out
		case !filter.matches(bank), slices.ContainsFunc(words, missing), len(words) == 0 && !s.supports(bank):
			continue
		}
		out = append(out, shownInstitution(bank))
	}
	return out
}

// supports tells whether Link links an institution for what the app asks for.
func (s *linkSession) supports(bank *dataset.Institution) bool {
	return !bank.Unsupported && len(without(s.Ask.Products, bank.Products)) == 0
}

func (f *linkFlow) chosen(req linkStepRequest) error { return f.choose(req.Institution) }

// choose goes on with an institution. Errors: INVALID_INSTITUTION for an unknown one.
func (f *linkFlow) choose(id string) error {
	bank, ok := dataset.FindInstitution(id)
	if !ok {
		return errInstitution.New()
	}
	f.s.Institution = id
	switch {
	case !f.s.supports(bank):
		f.emit(eventSelectFiltered)
		f.broken(errNotSupported.New("products", quoted(f.s.Ask.Products)), paneInstitution)
	case bank.Health == "down":
		f.emit(eventSelectDown)
		f.broken(errInstitutionDown.New(), paneInstitution)
	default:
		f.emit(eventSelect)
		if bank.Health == "degraded" {
			f.emit(eventSelectDegraded)
		}
		f.toLogin()
	}
	return nil
}

// toLogin shows where the user logs in: here, or at the bank's own page.
func (f *linkFlow) toLogin() {
	if bank := f.s.bank(); bank != nil && bank.OAuth {
		f.toOAuth()
		return
	}
	f.to(paneCredentials, viewCredential)
}

// broken shows an error; retry is the pane that continue leads back to, "" for none.
func (f *linkFlow) broken(err error, retry string) {
	fault := faultOf(asRow(err))
	f.fail(fault)
	f.to(paneError, viewError)
	f.s.Fault, f.s.Retry = fault, retry
}

// retry leads back to the pane before an error.
func (f *linkFlow) retry(linkStepRequest) error {
	switch f.s.Retry {
	case paneInstitution:
		return f.toInstitutions(linkStepRequest{})
	case paneNumbers:
		f.to(paneNumbers, viewNumbers)
	default:
		f.toLogin()
	}
	return nil
}
