package scenario

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"unicode"
)

// Rule says what happens to which calls, transfers or webhooks. The first rule that matches one and acts
// wins; a rule that does not act now (spent, still skipping, not its turn, dice against
// it, a rate limit with room) is as if it were not there, and the next one is asked.
//
//	name: balance needs a new login twice
//	call: /accounts/balance/get
//	where: {institution_id: ins_109508}
//	times: 2
//	then: {error: ITEM_LOGIN_REQUIRED}
//
//	name: large deposits bounce
//	ach: deposit
//	where: {amount_cents: {min: 100000}}
//	then: {return: R01, after: 2 banking days}
//
//	name: the first news of an error is lost
//	webhook: ITEM.ERROR
//	times: 1
//	then: {drop: true}
//
//	name: the app gets no account_id
//	link: success
//	then: {omit: [account_id]}
//
// A rule sits at exactly one of call, ach, webhook and link. What is said of calls below holds for
// transfers and webhooks, too; a transfer is counted when it is made, a webhook when it is sent,
// and what becomes of them is decided then.
//
// A matching call is counted for a rule only when it comes to the point where rules act:
// a call that fails by the client's own fault (a missing field, a wrong secret) counts
// neither as skipped nor as one of every, and does not use a rule up. Only a Fault acts, and
// uses its rule up, when the call arrives.
type Rule struct {
	// Name is shown in the header Tweed-Rule, the journal and the console. It is unique;
	// a rule without one is called after its position, from 1: "rule 3".
	Name string `yaml:"name"`
	// Call says which calls the rule is about.
	Call Calls `yaml:"call"`
	// ACH says which transfers the rule is about.
	ACH ACH `yaml:"ach"`
	// Webhook says which webhooks the rule is about.
	Webhook Webhooks `yaml:"webhook"`
	// Link says which ends of Link the rule is about.
	Link LinkEnd `yaml:"link"`
	// Where says what must hold for a call beside. Empty = nothing.
	Where Where `yaml:"where"`
	// Skip lets the first so many matching calls pass.
	Skip int `yaml:"skip"`
	// Times is how often the rule acts. 0 = without end; for a list under then: once
	// through the list. A list that is shorter than Times begins again.
	Times int `yaml:"times"`
	// Every lets the rule act on each so-manieth matching call only, counted after Skip:
	// with 3 on the third, the sixth, and so on. 0 = on each.
	Every int `yaml:"every"`
	// Chance is the probability, above 0 and up to 1, with which the rule acts on a call
	// that is its turn. The dice are a function of the world's seed, the rule's name and
	// the number of the call. 0 = always.
	Chance float64 `yaml:"chance"`
	// Until is when the rule ends, in world time. Zero = never.
	Until Until `yaml:"until"`
	// Repeat uses a list under then again and again, without end.
	Repeat bool `yaml:"repeat"`
	// Then is what the rule does.
	Then Then `yaml:"then"`
}

func (Rule) limits() limits {
	return limits{
		keys: map[string]schema{
			"skip":   integer(0, math.MaxInt32),
			"times":  integer(1, math.MaxInt32),
			"every":  integer(1, math.MaxInt32),
			"chance": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
		},
		whole: schema{
			"type": "object", "required": []string{"then"},
			"oneOf": []schema{required("call"), required("ach"), required("webhook"), required("link")},
		},
	}
}

// maxName bounds the length of a name, which travels in a header.
const maxName = 200

// ParseRule reads one rule in YAML or JSON. The error is Problems, with lines and
// columns of the text.
func ParseRule(data []byte) (Rule, error) {
	r := &report{}
	n := r.parse(data)
	if n == nil || n.empty() {
		if len(r.problems) == 0 {
			r.add(place{}, "the rule is empty", "write at least call and then")
		}
		return Rule{}, r.err()
	}
	var rule Rule
	at := place{node: n}
	r.decode(n, reflect.ValueOf(&rule).Elem(), at)
	if n.kind == mapping {
		rule.check(r, at)
	}
	if err := r.err(); err != nil {
		return Rule{}, err
	}
	return rule, nil
}

// Validate checks a rule that was made in Go as Load checks one in a file. The error is
// Problems.
func (r Rule) Validate() error {
	problems := &report{}
	where := "rule"
	if r.Name != "" {
		where = "rule " + quote(r.Name)
	}
	r.check(problems, place{path: where})
	return problems.err()
}

// check reports what is wrong beyond the form.
func (r *Rule) check(problems *report, at place) {
	r.checkName(problems, at)
	r.checkSeat(problems, at)
	problems.checkCalls(r.Call, at.key("call"))
	problems.checkWebhooks(r.Webhook, at.key("webhook"))
	problems.checkWhere(r.Where, at.key("where"))
	r.checkOften(problems, at)
	r.Then.check(problems, r, at.key("then"))
}

// example is what the rule could do.
func (r *Rule) example() string {
	switch r.seat() {
	case atACH:
		return "{return: R01}"
	case atWebhook:
		return "{drop: true}"
	case atLink:
		return "{exit: INSTITUTION_DOWN}"
	case atCall:
	}
	return "{error: ITEM_LOGIN_REQUIRED}"
}

// checkOften checks the keys that say on which of the matching calls the rule acts.
func (r *Rule) checkOften(problems *report, at place) {
	for _, number := range []struct {
		key   string
		value int
		least int
	}{{"skip", r.Skip, 0}, {"times", r.Times, 1}, {"every", r.Every, 1}} {
		if number.value < 0 || number.value < number.least && at.has(number.key) {
			problems.add(at.key(number.key), fmt.Sprintf("%s is %d", number.key, number.value),
				"the least is "+strconv.Itoa(number.least)+"; to leave it out, remove the key")
		}
	}
	if r.Chance < 0 || r.Chance > 1 || r.Chance == 0 && at.has("chance") {
		problems.add(at.key("chance"), "chance is "+strconv.FormatFloat(r.Chance, 'g', -1, 64),
			"it is a probability above 0 and up to 1: 0.25 for one call in four")
	}
	r.Until.check(problems, at)
	switch {
	case r.Repeat && len(r.Then.InTurn) == 0:
		problems.add(at.name("repeat"), "repeat without a list under then", "a rule acts on every call anyway; remove repeat")
	case r.Repeat && r.Times > 0:
		problems.add(at.name("repeat"), "repeat stands beside times", "times says how often already; remove one of them")
	}
}

func (r *Rule) checkName(problems *report, at place) {
	switch {
	case len(r.Name) > maxName:
		problems.add(at.key("name"), "the name is too long", "at most "+strconv.Itoa(maxName)+" bytes")
	case strings.ContainsFunc(r.Name, unicode.IsControl):
		problems.add(at.key("name"), "the name has a line break or another control character", "write it on one line")
	case strings.TrimSpace(r.Name) != r.Name:
		problems.add(at.key("name"), "the name begins or ends with a space", "write "+quote(strings.TrimSpace(r.Name)))
	}
}

// nameOf is the name of the i-th rule, from 0.
func nameOf(r *Rule, i int) string {
	if r.Name != "" {
		return r.Name
	}
	return "rule " + strconv.Itoa(i+1)
}

// checkRules checks all rules and that their names differ.
func (r *report) checkRules(rules []Rule, at place) {
	seen := map[string]int{}
	for i := range rules {
		rules[i].check(r, at.index(i))
		name := nameOf(&rules[i], i)
		if first, ok := seen[name]; ok {
			r.add(at.index(i).key("name"), "a second rule is called "+quote(name),
				"the first is number "+strconv.Itoa(first+1)+"; names must differ")
			continue
		}
		seen[name] = i
	}
}
