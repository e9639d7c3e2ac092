package scenario

import (
	"reflect"
	"slices"
	"strings"

	"tweed/emulator/internal/catalogue"
)

// LinkEnd says which ends of Link a rule is about: success (onSuccess is about to get a public
// token), exit (onExit is about to be called), or any. It holds for the dialog, for hosted Link
// and for Link without a browser. Its where can ask for account_id and account_mask (of a single
// chosen account), client_user_id, institution_id, item and item_alias (in update mode), products,
// user and world.
type LinkEnd string

// The ends of Link.
const (
	LinkSuccess LinkEnd = "success"
	LinkExit    LinkEnd = "exit"
	AnyLink     LinkEnd = "any"
)

// methodLink is the method of the routes of Link's ends in an engine's tables.
const methodLink = "LINK"

// linkWords are what a rule can say.
func linkWords() []string { return []string{string(LinkSuccess), string(LinkExit), string(AnyLink)} }

func (LinkEnd) schema(d *describer) schema { return d.about(words(linkWords()...), "LinkEnd", "") }

// check reports a word that is no end of Link.
func (l LinkEnd) check(r *report, at place) {
	switch {
	case l == "":
		r.add(at, "there is no end of Link", meant("", linkWords()))
	case !slices.Contains(linkWords(), string(l)):
		r.add(at, quote(string(l))+" is no end of Link", meant(string(l), linkWords()))
	}
}

// routes are the routes of the ends that a word takes in.
func (l LinkEnd) routes() []string {
	if l == AnyLink {
		return []string{methodLink + " /" + string(LinkSuccess), methodLink + " /" + string(LinkExit)}
	}
	return []string{methodLink + " /" + string(l)}
}

// LinkFacts lists the facts of an end of Link, sorted by name.
func LinkFacts() []string { return FactsOf(familyLinkEnd) }

// linkStatuses are the statuses of onExit (plaid.com/docs/link/web).
var linkStatuses = []string{
	"choose_device", "institution_not_found", "institution_not_supported", "requires_account_selection", "requires_code",
	"requires_credentials", "requires_oauth", "requires_questions", "requires_selections",
}

// LinkStatuses lists the statuses with which a user leaves Link, sorted.
func LinkStatuses() []string { return slices.Clone(linkStatuses) }

// linkMembers are the members of the metadata of onSuccess and onExit.
var linkMembers = []string{
	"account", "account_id", "accounts", "institution", "link_session_id", "public_token", "request_id", "status",
	"transfer_status",
}

// Exit is how a rule makes Link end: with an error, a status, both, or, when it is empty, with
// neither, as for a user who just closes it.
//
//	exit: INSTITUTION_DOWN
//	exit: requires_credentials
//	exit: {error: INTERNAL_SERVER_ERROR, status: requires_account_selection}
//	exit: true
type Exit struct {
	// Error is the CODE or TYPE/CODE that onExit gets.
	Error string `yaml:"error"`
	// Status is the status that onExit gets, see LinkStatuses. Empty = how far the user has come.
	Status string `yaml:"status"`
}

func (e *Exit) decodeNode(r *report, n *node, at place) {
	switch {
	case n.kind == scalar && n.value == "true":
	case n.kind == scalar && n.sort == text && slices.Contains(linkStatuses, n.value):
		e.Status = n.value
	case n.kind == scalar && n.sort == text:
		e.Error = n.value
	case n.kind == mapping:
		r.decodeStruct(n, reflect.ValueOf(e).Elem(), at)
	default:
		r.add(at, "here stands "+n.what(),
			"it must be an error code, a status of onExit, {error: CODE, status: STATUS}, or true")
	}
}

func (e Exit) encodeNode() *node {
	switch {
	case e.Error != "" && e.Status != "":
		type members Exit
		return encode(reflect.ValueOf(members(e)))
	case e.Error == "" && e.Status == "":
		return encode(reflect.ValueOf(true))
	}
	return textNode(e.Error + e.Status)
}

func (Exit) schema(d *describer) schema {
	d.define("ErrorCode", errorCodes)
	return d.about(anyOf(
		ref("ErrorCode"), words(linkStatuses...), schema{"const": true}, d.members(reflect.TypeFor[Exit]()),
	), "Exit", "")
}

func (Exit) limits() limits {
	return limits{
		keys:  map[string]schema{"error": ref("ErrorCode"), "status": words(linkStatuses...)},
		whole: schema{"type": "object"},
	}
}

func (e *Exit) check(r *report, at place) {
	if e.Error != "" && len(catalogue.Find(e.Error)) == 0 {
		if near := meant(e.Error, linkStatuses); strings.HasPrefix(near, "did you mean") {
			r.add(at, "unknown status "+quote(e.Error), near)
		} else {
			r.add(at, "unknown error code "+quote(e.Error), codeHelp(e.Error))
		}
	}
	if e.Status != "" && !slices.Contains(linkStatuses, e.Status) {
		r.add(at.key("status"), "unknown status "+quote(e.Status), meant(e.Status, linkStatuses))
	}
}

// Ending is what a rule does to an end of Link. The zero Ending leaves it as it is.
type Ending struct {
	// Rule is the name of the rule that acts; "" = none.
	Rule string
	// Exit, if not nil, is how Link ends instead.
	Exit *Exit
	// Omit are members of the metadata that are left out.
	Omit []string
	// Patch changes the metadata.
	Patch Patch
}

// Link decides what becomes of an end of Link, success or exit: what the first rule that matches
// and acts says. It is counted at once, also for rules that let it pass. The cost is that of
// Decide.
func (e *Engine) Link(end LinkEnd, facts Facts, p Progress) Ending {
	plan := e.Decide(Call{Method: methodLink, Path: "/" + string(end), Facts: facts}, p)
	plan.Commit(p)
	plan.ending.Rule, plan.ending.Patch = plan.Rule, plan.Patch
	return plan.ending
}

// Leave is the Then by which Link ends with an error, CODE or TYPE/CODE.
func Leave(code string) Then { return Then{Exit: &Exit{Error: code}} }

// Omit is the Then by which members of Link's metadata are left out.
func Omit(members ...string) Then { return Then{Omit: members} }

var exitEffect = effect{
	key: "exit", seats: atLink,
	used: func(t *Then) bool { return t.Exit != nil },
	check: func(r *report, _ *Rule, t *Then, at place) {
		if t.Exit != nil {
			t.Exit.check(r, at.key("exit"))
		}
	},
	prepare: func(t *Then) action {
		exit := *t.Exit
		return func(p *Plan, _ use) { p.ending.Exit = &exit }
	},
}

var omitEffect = effect{
	key: "omit", seats: atLink,
	used: func(t *Then) bool { return len(t.Omit) > 0 },
	check: func(r *report, _ *Rule, t *Then, at place) {
		at = at.key("omit")
		if len(t.Omit) == 0 {
			r.add(at, "nothing is left out", "write for example omit: [account_id]")
		}
		for i, name := range t.Omit {
			if !slices.Contains(linkMembers, name) {
				r.add(at.index(i), "Link's metadata have no member "+quote(name), omitMeant(name))
			}
		}
	},
	prepare: func(t *Then) action {
		omit := slices.Clone(t.Omit)
		return func(p *Plan, _ use) { p.ending.Omit = omit }
	},
}

// omitMeant proposes the nearest member, also for one that is written as a pointer, and for a
// member of a member.
func omitMeant(name string) string {
	bare := strings.TrimPrefix(name, "/")
	if slices.Contains(linkMembers, bare) {
		return "did you mean " + quote(bare) + "?"
	}
	if strings.ContainsAny(bare, "/.") {
		return "for what is deeper write patch: {omit: [/" + strings.ReplaceAll(bare, ".", "/") + "]}"
	}
	return meant(bare, linkMembers)
}
