package scenario

import (
	"reflect"
	"slices"
	"sync"

	"tweed/emulator/internal/contract"
	"tweed/emulator/internal/spell"
)

//go:generate go run ./gen/facts

// Facts answers what a rule's where asks about one call. The pipeline implements it. A
// fact is text, a number (int64, float64, json.Number), a bool, nil for an explicit null,
// []string or []any for a list. It says false when the call has no such fact.
type Facts interface {
	Fact(name string) (value any, ok bool)
}

// FactType says what a fact is.
type FactType string

// The types of facts. Field is a request field as it was sent, of whatever type.
const (
	FactText   FactType = "text"
	FactNumber FactType = "number"
	FactList   FactType = "list"
	FactField  FactType = "field"
)

// Fact is a word that where knows.
type Fact struct {
	Name  string   `json:"name"`
	About string   `json:"about"`
	Type  FactType `json:"type"`
	// Of are the families whose calls can answer a resolved fact: plaid, legacy (the old
	// /exchange_token), link (Link's dialog), legit, sentinel, ale; webhook, for the webhooks that
	// rules are about; and link_end, for the ends of Link that rules are about.
	Of []string `json:"of,omitempty"`
}

// The families of what is no call, but a webhook, or an end of Link.
const (
	familyWebhook = "webhook"
	familyLinkEnd = "link_end"
)

// familyLink is the family of the calls of Link's dialog.
const familyLink = "link"

// Families whose calls answer a fact; Sentinel's answer those of Items by the processor
// token.
var (
	everyFamily = []string{"plaid", "legacy", familyLink, "legit", "sentinel", "ale"}
	everyFact   = []string{"plaid", "legacy", familyLink, "legit", "sentinel", "ale", familyWebhook, familyLinkEnd}
	ofPlaid     = []string{"plaid"}
	ofSentinel  = []string{"sentinel"}
	ofItems     = []string{"plaid", "legacy", "sentinel"}
	ofProducts  = []string{"plaid", "legacy", familyLink, "sentinel", familyLinkEnd}
	ofAccounts  = []string{"plaid", "legacy", "sentinel", familyWebhook, familyLinkEnd}
	ofLinked    = []string{"plaid", "legacy", familyLink, "sentinel", familyWebhook, familyLinkEnd}
)

// resolved are the facts that are looked up for a call, beside the fields of its request.
// They are what was known when the call came, before it changed anything.
var resolved = []Fact{
	{"account", "the Apex account of the path, body or query, or of the relationship or transfer", FactText, ofSentinel},
	{
		"account_id", "the Plaid account: of the request, or of the processor token that it carries; at an " +
			"end of Link the only one that is shared", FactText, ofAccounts,
	},
	{"account_mask", "the last digits of the account that the call is about", FactText, ofAccounts},
	{
		"amount_cents", "the amount of the transfer that is made or named, in cents; of micro-deposits the sum", FactNumber,
		ofSentinel,
	},
	{
		"attempt", "the how-manieth call of this operation for the same Item (at Sentinel: transfer, relationship or " +
			"account; for a call about none of them: in the world), this one included; a call that fails by the " +
			"client's own fault is not counted, as for rules", FactNumber, everyFamily,
	},
	{"client_id", "who calls: client_id or Sentinel's user name, without the world's name", FactText, everyFamily},
	{
		"client_user_id", "user.client_user_id of the request, else of the Item that the call is about, else of the " +
			"link token that it carries; in Link that of its session", FactText, ofLinked,
	},
	{"direction", "INCOMING for a deposit, OUTGOING for a withdrawal and for micro-deposits", FactText, ofSentinel},
	{"external_transfer_id", "the caller's own id of the transfer that is made or named", FactText, ofSentinel},
	{
		"institution_id", "the institution: of the request, or of the Item that the call is about; in Link the one " +
			"that is chosen", FactText, ofLinked,
	},
	{"item", "the id of the Item that the call's token belongs to; in Link that of update mode", FactText, ofLinked},
	{"item_alias", "the name that given: has for the Item (as)", FactText, ofLinked},
	{"processor", "the processor of the processor token that is made or used", FactText, ofItems},
	{"product", "the product that the operation draws on, by its path: auth, balance, identity, ...", FactText, ofPlaid},
	{
		"products", "the products that the request asks for (products, initial_products), else those of the Item, " +
			"or of the session of Link", FactList, ofProducts,
	},
	{"routing_number", "the routing number of the account that the call is about", FactText, ofItems},
	{
		"user", "the Sandbox user name with which the Item was made, or is made by this call; in Link the one that " +
			"is typed", FactText, ofLinked,
	},
	{"world", "the world's name", FactText, everyFact},
}

// factsOf are the names of the resolved facts by family.
var factsOf = sync.OnceValue(func() map[string][]string {
	all := map[string][]string{}
	for _, fact := range resolved {
		for _, family := range fact.Of {
			all[family] = append(all[family], fact.Name)
		}
	}
	return all
})

// FactsOf lists the resolved facts that calls of a family can answer, sorted by name.
func FactsOf(family string) []string { return factsOf()[family] }

// vocabulary is the table of all facts by name, made when it is first asked for.
var vocabulary = sync.OnceValue(func() map[string]Fact {
	all := map[string]Fact{}
	for _, name := range contract.FieldNames() {
		all[name] = Fact{Name: name, About: "the request field " + name + " as it was sent", Type: FactField}
	}
	for _, fact := range resolved {
		all[fact.Name] = fact
	}
	return all
})

// KnownFacts lists every word that where knows, sorted by name: the resolved facts and
// the top-level request fields of all operations.
func KnownFacts() []Fact {
	all := make([]Fact, 0, len(vocabulary()))
	for _, name := range sortedKeys(vocabulary()) {
		all = append(all, vocabulary()[name])
	}
	return all
}

func (Where) schema(d *describer) schema {
	d.of(reflect.TypeFor[Condition]())
	facts := schema{}
	for _, fact := range KnownFacts() {
		one := ref("Condition")
		if fact.Type != FactField {
			one["description"] = fact.About
		}
		facts[fact.Name] = one
	}
	return d.about(schema{
		"type": []string{"object", "null"}, "properties": facts, "additionalProperties": false,
	}, "Where", "")
}

// checkWhere reports unknown facts and conditions that cannot hold.
func (r *report) checkWhere(where Where, at place) {
	for _, name := range sortedKeys(where) {
		fact, ok := vocabulary()[name]
		if !ok {
			names := make([]string, 0, len(resolved))
			for _, fact := range resolved {
				names = append(names, fact.Name)
			}
			help := spell.Nearest(name, append(names, contract.FieldNames()...))
			if help == "" {
				help = meant("", slices.Clone(names)) + ", and the request's own fields"
			} else {
				help = "did you mean " + quote(help) + "?"
			}
			r.add(at.name(name), "unknown fact "+quote(name), help)
			continue
		}
		condition := where[name]
		condition.check(r, at.key(name))
		bounded := condition.Min != nil || condition.Max != nil
		if bounded && (fact.Type == FactText && !numeric[name] || fact.Type == FactList) {
			r.add(at.key(name), name+" is no number", "min and max work for numbers, such as amount_cents")
		}
	}
}

// numeric are text facts that consist of digits and may be bounded.
var numeric = map[string]bool{"account_mask": true, "routing_number": true}
