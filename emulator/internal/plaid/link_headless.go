package plaid

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/dataset"
	"tweed/emulator/internal/spell"
	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

// HeadlessLink is what a user without a browser does in Link. The zero value is user_good at
// First Platypus Bank for auth, who shares what the app lets the user share.
type HeadlessLink struct {
	// LinkToken is what the app has made; without it Link asks for Products.
	LinkToken  string   `json:"link_token,omitempty"`
	Products   []string `json:"products,omitempty"`
	Webhook    string   `json:"webhook,omitempty"`
	ClientUser string   `json:"client_user_id,omitempty"`
	// Institution, User and Password are what is chosen and typed.
	Institution string `json:"institution,omitempty"`
	User        string `json:"user,omitempty"`
	Password    string `json:"password,omitempty"`
	// Accounts are chosen by mask, name, subtype or account_id. Without any: all that can be
	// chosen, or the first where Link takes one.
	Accounts []string `json:"accounts,omitempty"`
	// Responses answer every challenge; without any, the right answers do. A wrong one ends
	// Link: the user gives up.
	Responses []string `json:"responses,omitempty"`
	// Numbers are typed in the place of a login, and where Link asks for them.
	Numbers *HeadlessNumbers `json:"numbers,omitempty"`
	// Code is that of micro-deposits; "" is the right one.
	Code string `json:"code,omitempty"`
	// Exit leaves Link before the end.
	Exit *HeadlessExit `json:"exit,omitempty"`
}

// HeadlessNumbers are the numbers of a bank account.
type HeadlessNumbers struct {
	Routing string `json:"routing"`
	Account string `json:"account"`
	Subtype string `json:"subtype,omitempty"` // checking or savings; "" is checking
	Name    string `json:"name,omitempty"`
}

// HeadlessExit says where the user leaves Link, by the status of onExit, and with which error.
// "" leaves at the first pane.
type HeadlessExit struct {
	Status string `json:"status,omitempty"`
	Error  string `json:"error,omitempty"` // CODE or TYPE/CODE
}

// UnmarshalJSON takes true as well: leave at once.
func (e *HeadlessExit) UnmarshalJSON(text []byte) error {
	if string(text) == "true" {
		*e = HeadlessExit{}
		return nil
	}
	type members HeadlessExit
	dec := json.NewDecoder(strings.NewReader(string(text)))
	dec.DisallowUnknownFields()
	if err := dec.Decode((*members)(e)); err != nil {
		return errors.New(`exit is {"status": ..., "error": CODE} or true`)
	}
	return nil
}

// HeadlessResult is how Link has ended: with a public token, or with Exit.
type HeadlessResult struct {
	Session     string         `json:"link_session_id"`
	PublicToken string         `json:"public_token,omitempty"`
	Metadata    map[string]any `json:"metadata,omitempty"` // what onSuccess gets
	Exit        *LinkExit      `json:"exit,omitempty"`
	Events      []linkEvent    `json:"events"`
	// Rules are those at link that acted on the end. Over HTTP they stand in a header.
	Rules []string `json:"-"`
}

// LinkExit is what onExit gets.
type LinkExit struct {
	Error    *LinkFault     `json:"error"`
	Metadata map[string]any `json:"metadata"`
}

// LinkFault is an error as onExit gets it.
type LinkFault = linkFault

// RunLink goes through Link as its dialog does, pane by pane. The error says what cannot be:
// an institution that is not there, accounts that nobody has; nothing has changed then.
func RunLink(w *world.World, o HeadlessLink) (HeadlessResult, error) {
	if err := o.check(); err != nil {
		return HeadlessResult{}, err
	}
	h := &headless{HeadlessLink: o, linkFlow: &linkFlow{
		w: w, now: w.Now(), requestID: w.Draw("request").Hex(requestIDLength),
	}}
	if err := h.run(); err != nil {
		w.Rollback()
		return HeadlessResult{}, err
	}
	out := HeadlessResult{Session: h.s.ID, Events: h.s.Events, Rules: h.acted}
	if r := h.s.Result; r.Kind == kindSuccess {
		out.PublicToken, out.Metadata = r.PublicToken, r.Metadata
	} else {
		out.Exit = &LinkExit{Error: r.Error, Metadata: r.Metadata}
	}
	return out, nil
}

// requestIDLength is that of all request ids in 2026 (observed).
const requestIDLength = 15

// check fills in what is left out and reports what cannot be. Errors, in order of checking: a
// token beside what it says already, products, institution, status, error code.
func (o *HeadlessLink) check() error {
	if o.LinkToken != "" && (len(o.Products) > 0 || o.Webhook != "" || o.ClientUser != "") {
		return errors.New("products, webhook and client_user_id stand in the link_token already: remove them, or the token")
	}
	for _, name := range o.Products {
		if !slices.Contains(knownProducts(), name) {
			return fmt.Errorf("no institution has the product %q%s", name, proposal(name, knownProducts()))
		}
	}
	o.Institution = cmp.Or(o.Institution, firstPlatypus)
	if _, ok := dataset.FindInstitution(o.Institution); !ok {
		var ids []string
		for _, bank := range dataset.Institutions() {
			ids = append(ids, bank.ID)
		}
		return fmt.Errorf("there is no institution %q%s", o.Institution, proposal(o.Institution, ids))
	}
	if o.Exit == nil {
		return nil
	}
	if status := o.Exit.Status; status != "" && !slices.Contains(scenario.LinkStatuses(), status) {
		return fmt.Errorf("exit has no status %q; known are %s", status, strings.Join(scenario.LinkStatuses(), ", "))
	}
	if o.Exit.Error != "" {
		_, err := catalogue.At(o.Exit.Error, linkPrefix+"step")
		return err
	}
	return nil
}

func proposal(word string, words []string) string {
	if near := spell.Nearest(word, words); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return ""
}

// knownProducts are those of all institutions.
func knownProducts() []string {
	var all []string
	for _, bank := range dataset.Institutions() {
		all = append(all, bank.Products...)
	}
	return sorted(all)
}

// headless is a user without a browser.
type headless struct {
	HeadlessLink
	*linkFlow
}

// longestLink bounds the panes of one run; no road has as many.
const longestLink = 100

func (h *headless) run() error {
	h.start()
	for range longestLink {
		switch {
		case h.s.Result != nil:
			linkSessions.Put(h.w, h.s.ID, *h.s)
			return nil
		case h.leaves():
			h.quit()
		case h.s.Fault != nil: // the user sees that something is wrong and gives up
			h.leave()
		default:
			req, err := h.next()
			if err == nil {
				err = h.act(req)
			}
			if err != nil {
				return fmt.Errorf("pane %s: %w", h.s.Pane, err)
			}
		}
	}
	return errors.New("Link does not come to an end")
}

// start opens Link: with the token, or for the products.
func (h *headless) start() {
	if h.LinkToken != "" {
		h.open(linkOpenRequest{LinkToken: h.LinkToken})
		return
	}
	bank, _ := dataset.FindInstitution(h.Institution)
	ask := linkAsk{
		ClientUser: h.ClientUser, ClientName: "Headless Link", Language: "en", Countries: bank.CountryCodes,
		Products: sorted(slices.Clone(h.Products)), Webhook: h.Webhook,
		Manual: linkManual{SameDay: true, Instant: true, Automated: true},
	}
	if len(ask.Products) == 0 {
		ask.Products = []string{productAuth}
	}
	h.begin(linkOpenRequest{}, ask)
	h.toConsent()
}

// leaves tells whether the user leaves here: at the pane of the status, or at the last.
func (h *headless) leaves() bool {
	return h.Exit != nil && (h.Exit.Status == "" || h.s.status() == h.Exit.Status || h.s.Pane == paneConnected)
}

// quit leaves Link as the options say.
func (h *headless) quit() {
	fault := h.s.Fault
	if h.Exit.Error != "" {
		row, _ := catalogue.At(h.Exit.Error, linkPrefix+"step") // check has found it
		fault = faultOf(row.New())
		h.fail(fault)
	}
	h.close(fault, h.Exit.Status)
}

// next is what the user does on the pane. Errors: accounts that the user does not have.
func (h *headless) next() (linkStepRequest, error) {
	switch h.s.Pane {
	case paneInstitution:
		return h.atInstitutions(), nil
	case paneCredentials:
		user, password := cmp.Or(h.User, h.s.itemUser(), userGood), cmp.Or(h.Password, passwordOf(h.User))
		return linkStepRequest{Action: "credentials", Username: user, Password: password}, nil
	case paneMFA:
		return linkStepRequest{Action: "mfa", Responses: h.answers()}, nil
	case paneAccounts:
		ids, err := h.wanted()
		return linkStepRequest{Action: "accounts", AccountIDs: ids}, err
	case paneNumbers:
		return h.typed(), nil
	case paneDeposits:
		return linkStepRequest{Action: "micro_deposit", Code: cmp.Or(h.Code, depositCode)}, nil
	case paneOAuth:
		if len(h.Accounts) > 0 {
			ids, err := h.wanted()
			if err == nil {
				err = h.share(ids)
			}
			if err != nil {
				return linkStepRequest{}, err
			}
		}
		h.s.OAuth.Decision = oauthApprove
		return linkStepRequest{Action: "oauth"}, nil
	default:
		return linkStepRequest{Action: "continue"}, nil
	}
}

// noBank is a name that no institution has.
const noBank = "no such institution"

func (h *headless) atInstitutions() linkStepRequest {
	switch {
	case h.Numbers != nil && h.s.manual() && h.User == "":
		return linkStepRequest{Action: "manual"}
	case h.Exit != nil && h.Exit.Status == "institution_not_found":
		return linkStepRequest{Action: "search", Query: noBank}
	}
	return linkStepRequest{Action: "institution", Institution: h.Institution}
}

// itemUser is the user of the Item that is updated.
func (s *linkSession) itemUser() string {
	if s.Item == nil {
		return ""
	}
	return s.Item.User
}

// passwordOf is the right password of a user.
func passwordOf(name string) string {
	if user, ok := dataset.FindUser(name); ok && user.Password != "" {
		return user.Password
	}
	return passGood
}

// answers are the options', or the right ones. Of the devices the first is chosen.
func (h *headless) answers() []string {
	m := h.s.Challenge
	switch {
	case m.kind() == mfaDeviceList:
		return []string{mfaDevices[0].ID}
	case len(h.Responses) > 0:
		return h.Responses
	}
	return m.right()
}

// typed are the numbers of the options, or those of the Sandbox.
func (h *headless) typed() linkStepRequest {
	numbers := HeadlessNumbers{Routing: "110000000", Account: "1111222233330000"} // documented, same-day micro-deposits
	if h.Numbers != nil {
		numbers = *h.Numbers
	}
	return linkStepRequest{
		Action: "numbers", Routing: numbers.Routing, Account: numbers.Account, AccountAgain: numbers.Account,
		Subtype: cmp.Or(numbers.Subtype, manualSubtypes[0]), Name: cmp.Or(numbers.Name, "Alberta Bobbeth Charleson"),
	}
}

// wanted are the ids of the accounts that the options name. The error lists what there is.
func (h *headless) wanted() ([]string, error) {
	all := h.candidates()
	if len(h.Accounts) == 0 {
		ids := selectable(all)
		if h.s.Ask.Single {
			ids = ids[:1]
		}
		return ids, nil
	}
	var ids, known []string
	for _, word := range h.Accounts {
		at := slices.IndexFunc(all, func(a linkAccount) bool {
			return slices.Contains([]string{textOr(a.Mask, ""), a.Name, textOr(a.Subtype, ""), a.ID}, word)
		})
		switch {
		case at < 0:
			for _, a := range all {
				known = append(known, a.Name+" "+textOr(a.Mask, ""))
			}
			return nil, fmt.Errorf("the user has no account %q; there are %s", word, strings.Join(known, ", "))
		case !all[at].Selectable:
			return nil, fmt.Errorf("the account %q cannot be chosen: %s leaves it out", word, all[at].Reason)
		case !slices.Contains(ids, all[at].ID):
			ids = append(ids, all[at].ID)
		}
	}
	return ids, nil
}
