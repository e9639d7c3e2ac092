package emulator

import (
	"encoding/json"
	"fmt"

	"tweed/emulator/internal/control"
	"tweed/emulator/internal/plaid"
	"tweed/emulator/internal/world"
)

// LinkOptions are what a user without a browser does in Link. The zero value is user_good at
// First Platypus Bank, asked for auth, who shares all accounts that can be chosen.
type LinkOptions struct {
	// LinkToken is what the app has made with /link/token/create. Without it, Link asks for
	// Products ("auth" if there are none) with Webhook and ClientUserID.
	LinkToken    string
	Products     []string
	Webhook      string
	ClientUserID string
	// Institution is an institution_id, ins_109508 if empty.
	Institution string
	// User and Password are typed; empty ones are user_good and the user's right password.
	User, Password string
	// Accounts are chosen by mask, name, subtype or account_id. Without any: all that can be
	// chosen, or the first where Link takes one.
	Accounts []string
	// Responses answer every challenge of MFA. Without any, the right answers do.
	Responses []string
	// Exit, if not nil, leaves Link before the end.
	Exit *LinkLeave
}

// LinkLeave says how a user leaves Link.
type LinkLeave struct {
	// Status is that of onExit, by which the user leaves: requires_credentials,
	// requires_code, requires_account_selection, and so on. Empty leaves at once.
	Status string
	// Error is the CODE or TYPE/CODE that onExit gets. Empty is none.
	Error string
}

// LinkResult is how Link has ended: with a public token and the metadata of onSuccess, or
// with Exit.
type LinkResult struct {
	SessionID   string
	PublicToken string
	Metadata    map[string]any // of onSuccess, as JSON
	Exit        *LinkExit
	Events      []LinkEvent
	Rules       []string // names of the rules at link: that acted
}

// LinkExit is what onExit gets. ErrorCode and ErrorType are empty for a user who just left.
type LinkExit struct {
	ErrorType, ErrorCode, ErrorMessage string
	Metadata                           map[string]any
}

// LinkEvent is what onEvent gets.
type LinkEvent struct {
	Name     string
	Metadata map[string]any
}

// Link goes through Link as a user does, without a browser: rules at link: act on it, and its
// session is in /link/token/get. It returns an error for options that cannot be (an unknown
// institution, an account that the user does not have); nothing has changed then.
func (w World) Link(o LinkOptions) (out LinkResult, err error) {
	headless := plaid.HeadlessLink{
		LinkToken: o.LinkToken, Products: o.Products, Webhook: o.Webhook, ClientUser: o.ClientUserID,
		Institution: o.Institution, User: o.User, Password: o.Password, Accounts: o.Accounts, Responses: o.Responses,
	}
	if o.Exit != nil {
		headless.Exit = &plaid.HeadlessExit{Status: o.Exit.Status, Error: o.Exit.Error}
	}
	w.with(func(held *world.World) {
		var got plaid.HeadlessResult
		if got, err = plaid.RunLink(held, headless); err != nil {
			err = fmt.Errorf("link: %w", err)
			return
		}
		control.LinkMove(held, headless)
		out = LinkResult{SessionID: got.Session, PublicToken: got.PublicToken, Metadata: got.Metadata, Rules: got.Rules}
		for _, event := range got.Events {
			out.Events = append(out.Events, LinkEvent{Name: event.Name, Metadata: membersOf(event.Metadata)})
		}
		if got.Exit != nil {
			out.Exit = &LinkExit{Metadata: got.Exit.Metadata}
			if e := got.Exit.Error; e != nil {
				out.Exit.ErrorType, out.Exit.ErrorCode, out.Exit.ErrorMessage = e.Type, e.Code, e.Message
			}
		}
	})
	return out, err
}

// membersOf is a value as the JSON object that it is.
func membersOf(v any) map[string]any {
	text, err := json.Marshal(v)
	if err != nil {
		panic("emulator: " + err.Error()) // our own types
	}
	var out map[string]any
	if err := json.Unmarshal(text, &out); err != nil {
		panic("emulator: " + err.Error()) // and they are objects
	}
	return out
}
