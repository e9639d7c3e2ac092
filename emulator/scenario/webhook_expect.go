package scenario

import (
	"fmt"
	"slices"
	"strings"
)

// WebhookExpect says which webhooks must have been sent, and how many of them. At least one of
// Webhook and Rule is given; a webhook is counted when all that is said of it holds. One that a
// rule dropped was not sent. It does not matter whether webhooks are delivered or collected.
//
//	expect:
//	  webhooks:
//	    - {webhook: ITEM.ERROR, count: 1, where: {item_alias: alice}}
//	    - {webhook: ITEM.ERROR, body: {error.error_code: ITEM_LOGIN_REQUIRED}}
//	    - {rule: the news is lost, dropped: true, count: 1}
type WebhookExpect struct {
	// Webhook says which webhooks are counted.
	Webhook Webhooks `yaml:"webhook"`
	// Count is how many there must be: a number, a list of numbers, or {min, max}. 0 = none.
	// Without it there must be at least one.
	Count *Condition `yaml:"count"`
	// Where counts only webhooks for which these conditions hold, as in a rule.
	Where Where `yaml:"where"`
	// Body counts only webhooks whose body has these values, as in the expectation of a step.
	Body map[string]any `yaml:"body"`
	// Rule counts only webhooks on which the rule of this name acted.
	Rule string `yaml:"rule"`
	// Dropped counts those that a rule dropped, in place of those that were sent.
	Dropped bool `yaml:"dropped"`
}

func (WebhookExpect) limits() limits {
	return limits{
		keys:  map[string]schema{"count": countSchema(), "body": {"type": "object"}},
		whole: schema{"type": "object", "anyOf": []schema{required("webhook"), required("rule")}},
	}
}

// Subject is what is counted: the webhooks, or else the rule that acted on them.
func (e *WebhookExpect) Subject() string {
	if len(e.Webhook.list()) > 0 {
		return string(e.Webhook)
	}
	return "rule " + quote(e.Rule)
}

func (e *WebhookExpect) check(r *report, at place) {
	if len(e.Webhook.list()) == 0 && e.Rule == "" {
		r.add(at, "it does not say which webhooks are counted", "write webhook: ITEM.ERROR, or rule: NAME")
	}
	r.checkWebhooks(e.Webhook, at.key("webhook"))
	r.checkWhere(e.Where, at.key("where"))
	r.checkFactsOf("a webhook", e.Where, WebhookFacts(), at.key("where"))
	if e.Count != nil {
		e.Count.check(r, at.key("count"))
		checkCount(r, *e.Count, at.key("count"))
	}
	for _, name := range sortedKeys(e.Body) {
		checkWanted(r, e.Body[name], at.key("body").key(name))
	}
}

// SeenWebhook is one webhook that came about, as the outbox has it.
type SeenWebhook struct {
	World   string // the world's name
	N       uint64 // its number within the world, from 1
	Name    string // TYPE.CODE
	Target  string
	Rule    string // that acted on it, "" for none
	Dropped bool
	Body    []byte
	Facts   Facts // as they were when it came about
}

// VerifyWebhooks compares the webhooks that came about, oldest first, with Webhooks. It returns
// nil if there is no difference.
func (e Expect) VerifyWebhooks(sent []SeenWebhook) Mismatches {
	several := slices.ContainsFunc(sent, func(one SeenWebhook) bool { return one.World != sent[0].World })
	var wrong Mismatches
	for i := range e.Webhooks {
		if m := e.Webhooks[i].verify(sent, several); m != nil {
			wrong = append(wrong, *m)
		}
	}
	return wrong
}

// verify returns what is wrong with the number of webhooks, nil if nothing is.
func (e *WebhookExpect) verify(sent []SeenWebhook, several bool) *Mismatch {
	var found []SeenCall
	var near []NearMiss
	for i := range sent {
		named := SeenCall{Webhook: sent[i].N, Path: sent[i].Name}
		if several {
			named.World = sent[i].World
		}
		switch why := e.failures(&sent[i]); {
		case len(why) == 0:
			found = append(found, named)
		case e.Webhook.takesIn(sent[i].Name):
			near = append(near, NearMiss{named, why})
		}
	}
	wanted := "at least one"
	switch {
	case e.Count != nil && e.Count.holds(int64(len(found)), true), e.Count == nil && len(found) > 0:
		return nil
	case e.Count != nil:
		wanted = countText(*e.Count)
	}
	m := &Mismatch{Text: fmt.Sprintf("%s: wanted %s, got %d", e.title(), wanted, len(found))}
	if most, bounded := mostOf(e.Count); bounded && len(found) > most {
		m.Surplus = found[most:min(len(found), most+maxSurplus)]
		return m
	}
	slices.SortStableFunc(near, func(a, b NearMiss) int { return len(a.Why) - len(b.Why) })
	m.Near = near[:min(len(near), maxNear)]
	return m
}

// failures lists the conditions that a webhook does not fulfil, nil if it fits.
func (e *WebhookExpect) failures(s *SeenWebhook) []string {
	if !e.Webhook.takesIn(s.Name) {
		return []string{"webhook: wanted " + string(e.Webhook)}
	}
	var failed []string
	switch {
	case s.Dropped && !e.Dropped:
		failed = append(failed, "rule "+quote(s.Rule)+" dropped it")
	case e.Dropped && !s.Dropped:
		failed = append(failed, "it was not dropped")
	}
	if e.Rule != "" && e.Rule != s.Rule {
		failed = append(failed, "rule "+quote(e.Rule)+" did not act on it")
	}
	failed = append(failed, e.Where.failures(s.Facts)...)
	if e.Body != nil {
		failed = append(failed, compare("", e.Body, Decode(s.Body), true)...)
	}
	return failed
}

// title names what is expected.
func (e *WebhookExpect) title() string {
	text := "webhooks"
	if e.Webhook != "" {
		text += " " + strings.Join(e.Webhook.list(), ", ")
	}
	if e.Dropped {
		text += " that were dropped"
	}
	if e.Rule != "" {
		text += " on which rule " + quote(e.Rule) + " acted"
	}
	for i, name := range sortedKeys(e.Where) {
		text += []string{" where ", " and "}[min(i, 1)] + name + " is " + e.Where[name].wanting()
	}
	if e.Body != nil {
		text += " with body " + show(e.Body)
	}
	return text
}
