package scenario

import (
	"cmp"
	"reflect"
	"strings"

	"tweed/emulator/internal/dataset"
)

// LinkStep is what a user does in Link, without a browser. What is left out: user_good with the
// right password at ins_109508, who shares all accounts that can be chosen.
//
//	steps:
//	  - {call: /link/token/create, with: {...}, as: link}
//	  - {link: {link_token: $link.link_token, accounts: ["0000"]}, as: alice}
//	  - {link: {institution: ins_132361}, expect: {error: INSTITUTION_DOWN}}
//	  - {link: {exit: requires_credentials}, expect: {body: {exit.metadata.status: requires_credentials}}}
//	  - {call: /item/public_token/exchange, with: {public_token: $alice.public_token}}
//
// The reply has public_token, metadata, events and link_session_id, or exit with error and
// metadata. A step in which Link exits fails unless it expects the error, or something of the body.
type LinkStep struct {
	// LinkToken is that of /link/token/create. Without it Link asks for Products.
	LinkToken string `yaml:"link_token"`
	// Products, Webhook and ClientUserID are what the app asks for without a link token.
	Products     []string `yaml:"products"`
	Webhook      string   `yaml:"webhook"`
	ClientUserID string   `yaml:"client_user_id"`
	// Institution is an institution_id; User and Password are what is typed.
	Institution string `yaml:"institution"`
	User        string `yaml:"user"`
	Password    string `yaml:"password"`
	// Accounts are chosen by mask, name, subtype or account_id.
	Accounts []string `yaml:"accounts"`
	// Responses answer every challenge of MFA instead of the right answers. After a wrong one
	// the user gives up.
	Responses []string `yaml:"responses"`
	// Exit leaves Link: by the status at the pane that has it, else at once.
	Exit *Exit `yaml:"exit"`
}

// linkPath is the call of Tweed's own API that goes through Link.
const linkPath = "/_tweed/link"

// AsCall is the call that a step with link stands for.
func (s *Step) AsCall() *Step {
	call := *s
	call.Link = nil
	call.Call = "POST " + linkPath
	call.With = s.Link.body()
	return &call
}

// body is the step as that call takes it.
func (l *LinkStep) body() map[string]any {
	body, _ := encode(reflect.ValueOf(*l)).plain().(map[string]any)
	if body == nil {
		body = map[string]any{}
	}
	if l.Exit != nil {
		body["exit"] = map[string]any{"status": l.Exit.Status, "error": l.Exit.Error}
	}
	return body
}

// check reports an institution and products that the Sandbox does not have, and how nobody
// leaves Link. Users are not checked: to type a wrong one is a test.
func (l *LinkStep) check(r *report, at place) {
	known := func(text string) bool { return strings.Contains(text, "$") }
	if _, ok := dataset.FindInstitution(l.Institution); !ok && l.Institution != "" && !known(l.Institution) {
		r.add(at.key("institution"), "the Sandbox has no institution "+quote(l.Institution),
			cmp.Or(meant(l.Institution, institutionIDs()), "the usual one is ins_109508"))
	}
	if l.LinkToken != "" {
		for _, other := range []struct {
			key  string
			used bool
		}{{"products", len(l.Products) > 0}, {"webhook", l.Webhook != ""}, {"client_user_id", l.ClientUserID != ""}} {
			if other.used {
				r.add(at.name(other.key), other.key+" stands beside link_token", "the token says it already: remove one of them")
			}
		}
	}
	if l.Exit != nil {
		l.Exit.check(r, at.key("exit"))
	}
}

// IsLink says whether a call is that for which a step with link stands.
func (s *Step) IsLink() bool { return s.Call == "POST "+linkPath }
