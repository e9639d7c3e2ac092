package plaid

import (
	"slices"

	"tweed/emulator/internal/catalogue"
	"tweed/emulator/scenario"
)

// linkResult is how a session has ended.
type linkResult struct {
	Kind        string           `json:"kind"`
	PublicToken string           `json:"public_token,omitempty"`
	Accounts    []successAccount `json:"accounts,omitempty"`
	Item        string           `json:"item,omitempty"`
	Error       *linkFault       `json:"error,omitempty"`
	Metadata    map[string]any   `json:"metadata"`
	URL         string           `json:"url,omitempty"` // where hosted Link leads
}

// The kinds of results.
const (
	kindSuccess  = "success"
	kindExit     = "exit"
	kindRedirect = "redirect"
)

type shownSuccess struct {
	Kind        string         `json:"kind"`
	Metadata    map[string]any `json:"metadata"`
	PublicToken string         `json:"public_token"`
}

type shownExit struct {
	Error    *linkFault     `json:"error"`
	Kind     string         `json:"kind"`
	Metadata map[string]any `json:"metadata"`
}

type shownRedirect struct {
	Kind string `json:"kind"`
	URL  string `json:"url"`
}

// shown is the result as the page gets it.
func (r *linkResult) shown() any {
	switch {
	case r.URL != "":
		return shownRedirect{Kind: kindRedirect, URL: r.URL}
	case r.Kind == kindSuccess:
		return shownSuccess{Kind: r.Kind, PublicToken: r.PublicToken, Metadata: r.Metadata}
	}
	return shownExit{Kind: r.Kind, Error: r.Error, Metadata: r.Metadata}
}

// successMetadata is what onSuccess gets (plaid.com/docs/link/web). account and account_id are
// deprecated; they are the account where one alone was chosen (the Apex guide reads
// account_id).
type successMetadata struct {
	Account        *successAccount  `json:"account"`
	AccountID      *string          `json:"account_id"`
	Accounts       []successAccount `json:"accounts"`
	Institution    *metaInstitution `json:"institution"`
	Session        string           `json:"link_session_id"`
	PublicToken    string           `json:"public_token,omitempty"` // of the public_key form
	TransferStatus *string          `json:"transfer_status"`
}

type metaInstitution struct {
	ID   string `json:"institution_id"`
	Name string `json:"name"`
}

type successAccount struct {
	ClassType          *string `json:"class_type"`
	ID                 string  `json:"id"`
	Mask               *string `json:"mask"`
	Name               string  `json:"name"`
	Subtype            *string `json:"subtype"`
	Type               string  `json:"type"`
	VerificationStatus *string `json:"verification_status"`
}

// exitMetadata is what onExit gets.
type exitMetadata struct {
	Institution *metaInstitution `json:"institution"`
	Session     string           `json:"link_session_id"`
	RequestID   string           `json:"request_id"`
	Status      *string          `json:"status"`
}

func (s *linkSession) institution() *metaInstitution {
	if bank := s.bank(); bank != nil {
		return &metaInstitution{ID: bank.ID, Name: bank.Name}
	}
	return nil
}

// finish hands the Item over to the app: Link is done. It is the action continue of the last
// pane.
func (f *linkFlow) finish(linkStepRequest) error {
	item := f.sharing()
	shared := item.accounts(f.w)
	ending := f.decide(scenario.LinkSuccess, shared)
	if ending.Exit != nil {
		f.ruledOut(ending)
		return nil
	}
	f.emit(eventHandoff)
	if err := f.keep(&item); err != nil {
		return err
	}
	token, _ := newPublicToken(f.w, item.ID)
	meta := successMetadata{Institution: f.s.institution(), Session: f.s.ID, Accounts: []successAccount{}}
	for _, acc := range shared {
		meta.Accounts = append(meta.Accounts, successAccount{
			ID: acc.ID, Mask: orNull(acc.Mask), Name: acc.Name, Subtype: orNull(acc.Subtype), Type: acc.Type,
			VerificationStatus: orNull(acc.verification),
		})
	}
	if len(meta.Accounts) == 1 && !f.s.Ask.NoSelect {
		meta.Account, meta.AccountID = &meta.Accounts[0], &meta.Accounts[0].ID
	}
	if f.s.Ask.Legacy {
		meta.PublicToken = token
	}
	if slices.Contains(f.s.Ask.Products, "transfer") {
		meta.TransferStatus = orNull("INCOMPLETE") // no transfer intent is authorized here
	}
	f.end(&linkResult{
		Kind: kindSuccess, PublicToken: token, Item: item.ID, Accounts: meta.Accounts,
		Metadata: f.changed(fieldsOf(meta), ending),
	})
	return nil
}

// keep writes the Item of a session.
func (f *linkFlow) keep(item *Item) error {
	if f.s.updates() {
		return f.keepUpdate(item)
	}
	item.awaitDeposits(f.w)
	if item.Institution == "" {
		items.Put(f.w, item.ID, *item)
		return nil
	}
	return f.s.login().finish(f.w, *item)
}

// leave ends Link because the user closes it. An error that the user has just seen goes to
// onExit.
func (f *linkFlow) leave() {
	status, fault := f.s.status(), f.s.Fault
	f.close(fault, status)
}

// exit ends Link with an error.
func (f *linkFlow) exit(e *catalogue.Error, status string) { f.close(faultOf(e), status) }

// close ends Link, or lets a rule end it otherwise.
func (f *linkFlow) close(fault *linkFault, status string) {
	ending := f.decide(scenario.LinkExit, nil)
	fault, status = f.ruled(ending, fault, status)
	f.closeAs(fault, status, ending)
}

func (f *linkFlow) closeAs(fault *linkFault, status string, ending scenario.Ending) {
	f.emit(eventExit, fault.fill, func(m *eventMetadata) { m.ExitStatus = orNull(status) })
	f.end(&linkResult{Kind: kindExit, Error: fault, Metadata: f.changed(fieldsOf(exitMetadata{
		Institution: f.s.institution(), Session: f.s.ID, RequestID: f.requestID, Status: orNull(status),
	}), ending)})
}

// end keeps the result. Nothing of the user's is needed any more.
func (f *linkFlow) end(r *linkResult) {
	f.s.Result, f.s.Finished, f.s.Pane = r, f.now, ""
	f.s.Password, f.s.Challenge, f.s.Fault = "", nil, nil
	if f.s.Mode == modeHosted {
		r.URL = f.s.Ask.Completion
	}
	f.announce()
}

// status is how far the user has come, as onExit gets it.
func (s *linkSession) status() string {
	pane := s.Pane
	if pane == paneError {
		pane = s.Retry
		if s.Fault != nil && s.Fault.Code == errNotSupported.Code {
			return "institution_not_supported"
		}
	}
	switch pane {
	case paneInstitution:
		if s.Query != "" && len(s.institutions()) == 0 {
			return "institution_not_found"
		}
	case paneCredentials:
		return "requires_credentials"
	case paneMFA:
		return exitMFA[s.Challenge.kind()]
	case paneAccounts:
		return "requires_account_selection"
	case paneOAuth:
		return "requires_oauth"
	case paneDeposits:
		return "requires_code"
	}
	return ""
}

// exitMFA are the statuses by the kind of a challenge.
var exitMFA = map[string]string{
	mfaDeviceList: "choose_device", mfaDevice: "requires_code", mfaQuestions: "requires_questions",
	mfaSelections: "requires_selections",
}
