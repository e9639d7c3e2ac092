package scenario

import "slices"

// seat is where a rule sits, or where an effect can be used: one or several.
type seat int

// The seats.
const (
	atCall seat = 1 << iota
	atACH
	atWebhook
	atLink
)

// seat is where the rule sits; that of a rule without any is a call.
func (r *Rule) seat() seat {
	switch {
	case r.ACH != "":
		return atACH
	case len(r.Webhook.list()) > 0:
		return atWebhook
	case r.Link != "":
		return atLink
	}
	return atCall
}

// patterns are the texts of what a rule sits at.
func (r *Rule) patterns() []string {
	switch r.seat() {
	case atACH:
		var all []string
		for _, kind := range r.ACH.kinds() {
			all = append(all, methodACH+" /"+string(kind))
		}
		return all
	case atWebhook:
		return r.Webhook.routes()
	case atLink:
		return r.Link.routes()
	case atCall:
	}
	return r.Call.list()
}

// about names what the rule is about.
func (r *Rule) about() string {
	switch r.seat() {
	case atACH:
		return "transfers"
	case atWebhook:
		return "webhooks"
	case atLink:
		return "ends of Link"
	case atCall:
	}
	return "calls"
}

// checkSeat reports a rule that sits nowhere, at two places, or at what is not there.
func (r *Rule) checkSeat(problems *report, at place) {
	sits := r.sits(at)
	switch {
	case len(sits) > 1:
		problems.add(at.name(sits[1]), "the rule sits at "+sits[0]+" and at "+sits[1],
			"remove one of them, or write two rules")
	case len(sits) == 0 || sits[0] == "call" && r.Call.list() == nil:
		problems.add(at.key("call"), "the rule has no call",
			"say which calls it is about, for example call: /accounts/balance/get, or which transfers: ach: deposit, "+
				"or which webhooks: webhook: ITEM.ERROR, or which ends of Link: link: success")
	case sits[0] == "ach":
		r.ACH.check(problems, at.key("ach"))
	case sits[0] == "webhook" && len(r.Webhook.list()) == 0:
		problems.add(at.key("webhook"), "there is no webhook", "write for example webhook: ITEM.ERROR")
	case sits[0] == "link":
		r.Link.check(problems, at.key("link"))
	}
	switch r.seat() {
	case atACH:
		problems.checkFactsOf("a transfer", r.Where, achFacts, at.key("where"))
	case atWebhook:
		problems.checkFactsOf("a webhook", r.Where, WebhookFacts(), at.key("where"))
	case atLink:
		problems.checkFactsOf("an end of Link", r.Where, LinkFacts(), at.key("where"))
	case atCall:
	}
}

// sits are the keys of the places at which the rule sits, in a file also those without a value.
func (r *Rule) sits(at place) (keys []string) {
	for _, one := range []struct {
		key string
		has bool
	}{
		{"call", r.Call.list() != nil}, {"ach", r.ACH != ""}, {"webhook", len(r.Webhook.list()) > 0}, {"link", r.Link != ""},
	} {
		if one.has || at.has(one.key) {
			keys = append(keys, one.key)
		}
	}
	return keys
}

// checkFactsOf reports facts that only calls have.
func (r *report) checkFactsOf(what string, where Where, facts []string, at place) {
	for _, name := range sortedKeys(where) {
		if _, known := vocabulary()[name]; known && !slices.Contains(facts, name) {
			r.add(at.name(name), what+" has no fact "+quote(name), factMeant(name, facts))
		}
	}
}

// misplaced reports an effect that is not for what the rule is about.
func (e effect) misplaced(r *report, rule *Rule, at place) bool {
	sits := rule.seat()
	if e.at()&sits != 0 || sits == atCall && rule.Call.list() == nil {
		return false
	}
	key := map[seat]string{atCall: "call", atACH: "ach", atWebhook: "webhook", atLink: "link"}[sits]
	what, right := "is for calls", "write call: /accounts/balance/get instead of "+key
	switch e.at() {
	case atACH:
		what, right = "is for transfers", "write ach: deposit instead of "+key
	case atWebhook:
		what, right = "is for webhooks", "write webhook: ITEM.ERROR instead of "+key
	case atLink:
		what, right = "is for the ends of Link", "write link: success instead of "+key
	case atCall:
	}
	switch {
	case sits == atACH && e.at()&atCall != 0:
		right = "a transfer takes return, noc, reject or stay, each with after"
	case sits == atWebhook && e.at()&atCall != 0:
		right = "a webhook takes drop, duplicate, delay or reorder"
	case sits == atLink && e.at()&atCall != 0:
		right = "an end of Link takes exit, omit or patch"
	}
	r.add(at.name(e.key), quote(e.key)+" "+what, right)
	return true
}

// at is where an effect can be used: at calls, if nothing else is said.
func (e effect) at() seat {
	if e.seats == 0 {
		return atCall
	}
	return e.seats
}
