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

// achFacts are the facts of a transfer.
var achFacts = []string{
	"account", "account_mask", "amount_cents", "client_user_id", "direction", "external_transfer_id", "institution_id",
	"item", "item_alias", "routing_number", "user", "world",
}

func (a ACH) check(r *report, at place) {
	switch words := achWords(); {
	case a == "":
		r.add(at, "there is no kind of transfer", meant("", words))
	case !slices.Contains(words, string(a)):
		r.add(at, quote(string(a))+" is no kind of transfer", meant(string(a), words))
	}
}

// factMeant proposes the fact of a transfer that a word begins (amount), or the nearest.
func factMeant(name string, facts []string) string {
	for _, fact := range facts {
		if strings.HasPrefix(fact, name+"_") {
			return "did you mean " + quote(fact) + "?"
		}
	}
	return meant(name, facts)
}
