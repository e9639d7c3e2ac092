package scenario

import (
	"slices"
	"strings"
)

// ACH says which transfers a rule is about: deposit (money from the bank account to the
// Apex account), withdrawal (the other way), micro_deposit (the two small amounts by which
// a bank account is confirmed: each pair is one transfer, whose amount_cents is their sum
// and which has no external_transfer_id), or any. Its where can ask for account,
// account_mask, amount_cents, client_user_id, direction, external_transfer_id,
// institution_id, item, item_alias, routing_number, user and world; those of a Plaid Item
// are there for a relationship that was made with a processor token.
type ACH string

// The kinds of transfers.
const (
	Deposit      ACH = "deposit"
	Withdrawal   ACH = "withdrawal"
	MicroDeposit ACH = "micro_deposit"
	AnyACH       ACH = "any"
)

// methodACH is the method of the routes of transfers in an engine's tables. No call has
// it, and what has no method does not take it in.
const methodACH = "ACH"

// achWords are what a rule can say.
func achWords() []string {
	return []string{string(Deposit), string(Withdrawal), string(MicroDeposit), string(AnyACH)}
}

func (ACH) schema(d *describer) schema { return d.about(words(achWords()...), "ACH", "") }

// kinds are the kinds of transfers that a word takes in.
func (a ACH) kinds() []ACH {
	if a == AnyACH {
		return []ACH{Deposit, Withdrawal, MicroDeposit}
	}
	return []ACH{a}
}

// debits says whether transfers of the kind are debits of the customer's bank account.
func (a ACH) debits() bool { return a == Deposit }

// patterns are the texts of what a rule sits at.
func (r *Rule) patterns() []string {
	if r.ACH == "" {
		return r.Call.list()
	}
	var all []string
	for _, kind := range r.ACH.kinds() {
		all = append(all, methodACH+" /"+string(kind))
	}
	return all
}

// achFacts are the facts of a transfer.
var achFacts = []string{
	"account", "account_mask", "amount_cents", "client_user_id", "direction", "external_transfer_id", "institution_id",
	"item", "item_alias", "routing_number", "user", "world",
}

// checkSeat reports a rule that sits nowhere, at two places, or at what is not there.
func (r *Rule) checkSeat(problems *report, at place) {
	words := achWords()
	switch {
	case r.ACH == "" && at.has("ach"):
		problems.add(at.key("ach"), "there is no kind of transfer", meant("", words))
	case r.ACH == "" && r.Call.list() == nil:
		problems.add(at.key("call"), "the rule has no call",
			"say which calls it is about, for example call: /accounts/balance/get, or which transfers: ach: deposit")
	case r.ACH != "" && (r.Call.list() != nil || at.has("call")):
		problems.add(at.name("ach"), "the rule sits at call and at ach", "remove one of them, or write two rules")
	case r.ACH != "" && !slices.Contains(words, string(r.ACH)):
		problems.add(at.key("ach"), quote(string(r.ACH))+" is no kind of transfer", meant(string(r.ACH), words))
	}
	if r.ACH == "" {
		return
	}
	for _, name := range sortedKeys(r.Where) {
		if _, known := vocabulary()[name]; known && !slices.Contains(achFacts, name) {
			problems.add(at.key("where").name(name), "a transfer has no fact "+quote(name), factMeant(name))
		}
	}
}

// factMeant proposes the fact of a transfer that a word begins (amount), or the nearest.
func factMeant(name string) string {
	for _, fact := range achFacts {
		if strings.HasPrefix(fact, name+"_") {
			return "did you mean " + quote(fact) + "?"
		}
	}
	return meant(name, achFacts)
}

// about names what the rule is about.
func (r *Rule) about() string {
	if r.ACH != "" {
		return "transfers"
	}
	return "calls"
}
