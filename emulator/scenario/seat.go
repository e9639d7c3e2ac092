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

// seats are the keys that say where a rule sits, in the order of the language.
func (r *Rule) seats(at place) []seatKey {
	return []seatKey{
		{"call", r.Call.list() != nil, at.has("call")}, {"ach", r.ACH != "", at.has("ach")},
		{"webhook", len(r.Webhook.list()) > 0, at.has("webhook")}, {"link", r.Link != "", at.has("link")},
	}
}

// seatKey is one of them: whether it says something, and whether it stands in the file.
type seatKey struct {
	key         string
	used, there bool
}

// checkSeat reports a rule that sits nowhere, at two places, or at what is not there.
func (r *Rule) checkSeat(problems *report, at place) {
	first := ""
	for _, one := range r.seats(at) {
		switch {
		case !one.used && !one.there:
			continue
		case first != "":
			problems.add(at.name(one.key), "the rule sits at "+first+" and at "+one.key,
				"remove one of them, or write two rules")
		case !one.used:
			problems.add(at.key(one.key), emptySeats[one.key], emptySeatHelp(one.key))
		}
		if first == "" {
			first = one.key
		}
	}
	switch {
	case first == "":
		problems.add(at.key("call"), emptySeats["call"], emptySeatHelp("call"))
	case r.ACH != "" && !slices.Contains(achWords(), string(r.ACH)):
		problems.add(at.key("ach"), quote(string(r.ACH))+" is no kind of transfer", meant(string(r.ACH), achWords()))
	case r.Link != "" && !slices.Contains(linkWords(), string(r.Link)):
		problems.add(at.key("link"), quote(string(r.Link))+" is no end of Link", meant(string(r.Link), linkWords()))
	}
	switch r.seat() {
	case atACH:
		problems.checkFactsOf("a transfer", r.Where, achFacts, at.key("where"))
	case atWebhook:
		problems.checkFactsOf("a webhook", r.Where, webhookFacts, at.key("where"))
	case atLink:
		problems.checkFactsOf("an end of Link", r.Where, linkFacts, at.key("where"))
	case atCall:
	}
}

// emptySeats say what is wrong with a key that says nothing.
var emptySeats = map[string]string{
	"call": "the rule has no call", "ach": "there is no kind of transfer", "webhook": "there is no webhook",
	"link": "there is no end of Link",
}

func emptySeatHelp(key string) string {
	switch key {
	case "ach":
		return meant("", achWords())
	case "webhook":
		return "write for example webhook: ITEM.ERROR"
	case "link":
		return meant("", linkWords())
	}
	return "say which calls it is about, for example call: /accounts/balance/get, or which transfers: ach: deposit, " +
		"or which webhooks: webhook: ITEM.ERROR, or which ends of Link: link: success"
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
