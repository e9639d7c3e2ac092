package plaid

import (
	"slices"
	"strings"
	"time"

	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/dataset"
	"tweed/emulator/internal/nacha"
)

// manualAccount is an account whose numbers the user has typed, and which small deposits
// prove to be the user's.
type manualAccount struct {
	Name    string `json:"name"`
	Subtype string `json:"subtype"`
	Account string `json:"account"`
	Routing string `json:"routing"`
	Status  string `json:"status"` // verification_status
	Tries   int    `json:"tries,omitempty"`
}

// The values of verification_status that are met here.
const (
	statusPendingManual    = "pending_manual_verification"
	statusPendingAutomatic = "pending_automatic_verification"
	statusManual           = "manually_verified"
	statusAutomatic        = "automatically_verified"
	statusExpired          = "verification_expired"
	statusUnproven         = "verification_failed"
)

// The Sandbox's micro-deposits (plaid.com/docs/sandbox): the code in the deposit's
// description, the routing number of instant ones, how many wrong codes lock the account.
const (
	depositCode    = "ABC"
	instantRouting = "333333334"
	depositTries   = 3
)

var (
	errDepositCode  = catalogue.Must(catalogue.Plaid, "INVALID_INPUT/INCORRECT_DEPOSIT_VERIFICATION")
	errDepositTries = catalogue.Must(catalogue.Plaid, "INVALID_INPUT/TOO_MANY_VERIFICATION_ATTEMPTS")
)

// manual tells whether the user may enter numbers instead of choosing a bank: the app asks
// for Auth and allows it.
func (s *linkSession) manual() bool {
	return (s.Ask.Manual.SameDay || s.Ask.Manual.Instant) && !s.updates() &&
		(slices.Contains(s.Ask.Products, productAuth) || slices.Contains(s.Ask.Products, "transfer"))
}

func (f *linkFlow) enterManually(linkStepRequest) error {
	f.s.Institution = ""
	f.emit(eventSelectAuthType, func(m *eventMetadata) { m.Selection = orNull(selectionManual) })
	f.to(paneNumbers, viewNumbers)
	return nil
}

// enterNumbers takes what the user has typed. What is wrong with it shows on the pane.
func (f *linkFlow) enterNumbers(req linkStepRequest) error {
	f.emit(eventSubmitRouting, func(m *eventMetadata) { m.RoutingNumber = orNull(clipped(req.Routing)) })
	f.emit(eventSubmitAccount, func(m *eventMetadata) { m.AccountNumberMask = orNull(maskOf(req.Account)) })
	if wrong := f.s.wrongNumbers(req); wrong != nil {
		fault := faultOf(wrong)
		f.fail(fault)
		f.to(paneNumbers, viewNumbers)
		f.s.Fault = fault
		return nil
	}
	f.view(viewLoading)
	manual := &manualAccount{
		Name: req.Name, Subtype: req.Subtype, Account: req.Account, Routing: req.Routing, Status: statusPendingManual,
	}
	if f.s.Item == nil {
		f.s.Item = f.s.manualItem(f.now, idOf(f.w.Draw("item")))
	} else {
		manual.Status = statusPendingAutomatic
	}
	f.s.Item.Manual = manual
	switch {
	case manual.Status == statusPendingAutomatic:
		f.connect()
	case f.s.instant(req.Routing):
		f.to(paneDeposits, viewInstant)
	default:
		f.view(viewSameDay)
		f.connect()
	}
	return nil
}

// instant tells whether deposits arrive while the user waits.
func (s *linkSession) instant(routing string) bool {
	return s.Ask.Manual.Instant && routing == instantRouting
}

// clipped bounds what a user has typed into a field that is shown again.
func clipped(text string) string { return text[:min(len(text), linkQuery)] }

func maskOf(number string) string { return number[max(0, len(number)-4):] }

// manualSubtypes are the accounts whose numbers can be entered.
var manualSubtypes = []string{"checking", "savings"}

// wrongNumbers tells what is wrong with typed numbers. In order of checking: the routing
// number, the account number, its repetition, the subtype, the name. The texts are assumed.
func (s *linkSession) wrongNumbers(req linkStepRequest) *catalogue.Error {
	digits := func(text string) bool { return strings.Trim(text, "0123456789") == "" }
	invalid := func(text string) *catalogue.Error { return errInvalidField.Text(text) }
	switch {
	case nacha.ValidRouting(req.Routing) != nil:
		return invalid("routing must be a valid routing number of nine digits")
	case !s.Ask.Manual.SameDay && s.Item == nil && !s.instant(req.Routing):
		return invalid("routing must be that of a bank with instant micro-deposits")
	case len(req.Account) < 4 || len(req.Account) > 17 || !digits(req.Account):
		return errAccountNumber.New()
	case req.AccountAgain != req.Account:
		return invalid("account_again must be the same as account")
	case !slices.Contains(manualSubtypes, req.Subtype):
		return invalid("subtype must be checking or savings")
	case req.Name == "" || len(req.Name) > linkQuery:
		return invalid("name must be the name of the account's owner")
	}
	return nil
}

// depositsFor tells whether deposits of a number of the bank's own are awaited: at
// Houndstooth Bank microdeposits_good has accounts whose numbers the bank does not tell.
func (f *linkFlow) depositsFor() bool {
	bank := f.s.bank()
	return f.s.Ask.Manual.Automated && f.s.User == userDeposits && bank != nil && !f.s.updates() &&
		slices.Contains(bank.AuthMethods, "automated_micro_deposits")
}

// userDeposits is the Sandbox user of automated micro-deposits.
const userDeposits = "microdeposits_good"

// verifyDeposits takes the code of the deposits. Three wrong ones lock the account
// (documented).
func (f *linkFlow) verifyDeposits(req linkStepRequest) error {
	f.view(viewLoading)
	manual := *f.s.Item.Manual
	if !strings.EqualFold(strings.TrimSpace(req.Code), depositCode) {
		f.wrongDeposits(manual)
		return nil
	}
	manual.Status = statusManual
	f.setManual(manual)
	f.connect()
	return nil
}

// wrongDeposits counts a wrong code. An Item that is there already remembers it.
func (f *linkFlow) wrongDeposits(manual manualAccount) {
	manual.Tries++
	locked := manual.Tries >= depositTries
	if locked {
		manual.Status = statusUnproven
	}
	f.setManual(manual)
	if locked {
		f.broken(errDepositTries.New(), "")
		return
	}
	fault := faultOf(errDepositCode.New())
	f.fail(fault)
	view := viewSameDay
	if manual.Routing == instantRouting {
		view = viewInstant
	}
	f.to(paneDeposits, view)
	f.s.Fault = fault
}

func (f *linkFlow) setManual(manual manualAccount) {
	f.s.Item.Manual = &manual
	if item, ok := items.Get(f.w, f.s.Item.ID); ok {
		item.Manual = &manual
		items.Put(f.w, item.ID, item)
	}
}

// account is the account of typed numbers. Its balance is not known (assumed).
func (m *manualAccount) account(id string, o []owner) account {
	return account{
		ID: id, Name: "Account ••" + maskOf(m.Account), Mask: maskOf(m.Account), Type: "depository", Subtype: m.Subtype,
		Currency: "USD", owners: o, verification: m.Status,
		ach: &dataset.Numbers{Account: m.Account, Routing: m.Routing, WireRouting: m.Routing},
	}
}

// unproven tells why a product of an account that waits for its deposits cannot be used:
// PRODUCT_NOT_READY while it does, and when it was never proven (assumed).
func (i Item) unproven(product string) error {
	if product == "" || i.Manual == nil {
		return nil
	}
	switch i.Manual.Status {
	case statusManual, statusAutomatic:
		return nil
	}
	return errNotReady.New()
}

// authMethod is the auth_method of an Item (plaid.com/docs/api/items).
func (i Item) authMethod() string {
	switch {
	case i.Manual == nil:
		return "INSTANT_AUTH"
	case i.Institution != "":
		return "AUTOMATED_MICRODEPOSITS"
	case i.Manual.Routing == instantRouting:
		return "INSTANT_MICRODEPOSITS"
	}
	return "SAME_DAY_MICRODEPOSITS"
}

// manualItem is an Item without a bank: its account is what the user types.
func (s *linkSession) manualItem(now time.Time, id string) *Item {
	return &Item{
		ID: id, User: userGood, Products: sorted(slices.Clone(s.Ask.Products)), Webhook: s.Ask.Webhook, Created: now,
		Healthy: now, Client: s.Ask.Client, ClientUser: s.Ask.ClientUser,
	}
}
