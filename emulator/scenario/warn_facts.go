package scenario

import (
	"fmt"
	"slices"
	"strings"

	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/dataset"
)

// ofItem are the facts that a token in a request of Plaid's leads to.
var ofItem = []string{"institution_id", "user", "item", "item_alias", "client_user_id", "account_mask"}

// ofSession are the facts that a session of Link leads to.
var ofSession = []string{"client_user_id", "institution_id", "item", "item_alias", "products", "user"}

// canHave says whether a call of an operation can have a fact. It is certain for Plaid's
// operations and Link's, where an unknown field is refused before rules act; of others it says
// true.
func (op operation) canHave(fact string) bool {
	anyField := func(names ...string) bool { return slices.ContainsFunc(names, op.Field) }
	switch {
	case op.Family != catalogue.Plaid && op.Family != catalogue.Legacy && op.Family != familyLink:
		return true
	case fact == "attempt", fact == "world", op.Field(fact):
		return true
	case op.Family == familyLink:
		return fact == "client_id" && op.Field("key") ||
			slices.Contains(ofSession, fact) && anyField("link_session_id", "oauth_state_id", "link_token")
	case fact == "client_id":
		return true
	case slices.Contains(ofItem, fact):
		return anyField("access_token", "public_token", "processor_token", "link_token")
	case fact == "product", fact == "products":
		return anyField("products", "initial_products")
	}
	return false
}

// warnFacts reports conditions that no call can meet which the rule is about.
func (r *Rule) warnFacts(warnings *report, at place) {
	var ops []operation
	for _, one := range r.Call.list() {
		ops = append(ops, parsePattern(one).operations()...)
	}
	if len(ops) == 0 {
		return
	}
	for _, fact := range sortedKeys(r.Where) {
		if r.Where[fact].holds(nil, false) || slices.ContainsFunc(ops, func(op operation) bool { return op.canHave(fact) }) {
			continue
		}
		warnings.add(at.key("where").name(fact), "the rule can never act: no call of "+string(r.Call)+" has "+quote(fact),
			factsHelp(ops))
	}
}

// factsHelp lists what the calls of some operations have, if that is not too much.
func factsHelp(ops []operation) string {
	var have []string
	for _, fact := range KnownFacts() {
		if fact.Name != "secret" && slices.ContainsFunc(ops, func(op operation) bool { return op.canHave(fact.Name) }) {
			have = append(have, fact.Name)
		}
	}
	if len(have) > maxListed {
		return ""
	}
	return "it has " + strings.Join(have, ", ")
}

// warnValues reports values that nothing has: institutions and users that are not in the
// Sandbox, masks of accounts that only a user_custom could have.
func (r *Rule) warnValues(warnings *report, at place, ownAccounts bool) {
	for _, known := range []struct {
		fact, what string
		words      func() []string
		skip       bool
	}{
		{"institution_id", "institution of the Sandbox", institutionIDs, false},
		{"user", "test user of the Sandbox", userNames, false},
		{"account_mask", "account of a test user", masks, ownAccounts || !r.aboutPlaid()},
	} {
		condition := r.Where[known.fact]
		for i, value := range condition.AnyOf {
			key, ok := keyOf(value)
			if known.skip || !ok || value == nil || slices.Contains(known.words(), key) {
				continue
			}
			below := at.key("where").key(known.fact)
			if len(condition.AnyOf) > 1 {
				below = below.index(i)
			}
			warnings.add(below, fmt.Sprintf("no %s has the %s %s", known.what, known.fact, quote(key)),
				meant(key, known.words()))
		}
	}
}

// aboutPlaid says whether a rule is about Plaid's calls only: a bank account at Apex may
// have any number.
func (r *Rule) aboutPlaid() bool {
	for _, one := range r.Call.list() {
		for _, op := range parsePattern(one).operations() {
			if op.Family != catalogue.Plaid {
				return false
			}
		}
	}
	return r.ACH == ""
}

func institutionIDs() []string {
	var all []string
	for _, one := range dataset.Institutions() {
		all = append(all, one.ID)
	}
	return all
}

func userNames() []string {
	var all []string
	for _, one := range dataset.Users() {
		all = append(all, one.Username)
	}
	return all
}

func masks() []string {
	var all []string
	for _, user := range dataset.Users() {
		for _, account := range user.AccountSet().Accounts {
			if !slices.Contains(all, account.Mask) {
				all = append(all, account.Mask)
			}
		}
	}
	return all
}
