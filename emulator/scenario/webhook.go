package scenario

import (
	"path"
	"slices"
	"strings"
	"time"
)

// Webhooks says which webhooks a rule or an expectation is about: TYPE.CODE (ITEM.ERROR), or
// several of them, in YAML as a list and in Go with commas between. A "*" stands for any
// characters of a type or a code (ITEM.*, *.DEFAULT_UPDATE); a lone "*" is every webhook. The
// where of a rule at webhook: can ask for account_id, account_mask, client_user_id,
// institution_id, item, item_alias, user and world: what the webhook is about, if it is about an
// Item.
type Webhooks string

// methodWebhook is the method of the routes of webhooks in an engine's tables.
const methodWebhook = "WEBHOOK"

// WebhookFacts lists the facts of a webhook, sorted by name.
func WebhookFacts() []string { return FactsOf(familyWebhook) }

// list returns the single patterns.
func (w Webhooks) list() []string { return Calls(w).list() }

func (w *Webhooks) decodeNode(r *report, n *node, at place) {
	all, ok := r.texts(n, at, "TYPE.CODE of a webhook such as ITEM.ERROR", "a list of them")
	if ok {
		*w = Webhooks(strings.Join(all, ", "))
	}
}

func (w Webhooks) encodeNode() *node { return Calls(w).encodeNode() }

func (Webhooks) schema(d *describer) schema {
	d.define("Webhook", func() schema { return schema{"enum": slices.Concat([]string{"*"}, webhookNames)} })
	one := anyOf(ref("Webhook"), textLike(`[*,]|^\s|\s$`))
	return d.about(anyOf(one, schema{"type": "array", "items": one, "minItems": 1}), "Webhooks", "")
}

// names are the webhooks that a pattern takes in.
func webhooksOf(pattern string) (names []string) {
	for _, name := range webhookNames {
		if fits, _ := path.Match(pattern, name); fits || pattern == "*" {
			names = append(names, name)
		}
	}
	return names
}

// routes are the routes of what the patterns take in.
func (w Webhooks) routes() []string {
	var all []string
	for _, one := range w.list() {
		if one == "*" {
			all = append(all, methodWebhook+" /*")
			continue
		}
		for _, name := range webhooksOf(one) {
			all = append(all, methodWebhook+" "+webhookPath(name))
		}
	}
	return all
}

func webhookPath(name string) string { return "/" + strings.ReplaceAll(name, ".", "/") }

// takesIn says whether a webhook is one of them; without a pattern, all are.
func (w Webhooks) takesIn(name string) bool {
	all := w.list()
	return len(all) == 0 || slices.ContainsFunc(all, func(one string) bool {
		fits, _ := path.Match(one, name)
		return fits || one == "*"
	})
}

// checkWebhooks reports patterns that no webhook fits.
func (r *report) checkWebhooks(w Webhooks, at place) {
	for i, one := range w.list() {
		below := at
		if at.node != nil && at.node.kind == list {
			below = at.index(i)
		}
		if len(webhooksOf(one)) == 0 {
			r.add(below, "Plaid has no webhook "+quote(one), webhookMeant(one))
		}
	}
}

// webhookMeant proposes the nearest webhook, also for a code alone and for a / in place of the
// dot.
func webhookMeant(word string) string {
	upper := strings.ToUpper(strings.NewReplacer("/", ".", ":", ".", " ", "").Replace(word))
	if slices.Contains(webhookNames, upper) {
		return "did you mean " + quote(upper) + "?"
	}
	var proposed []string
	for _, name := range webhookNames {
		if kind, code, _ := strings.Cut(name, "."); code == upper {
			proposed = append(proposed, name)
		} else if kind == upper {
			return "write " + upper + ".* for all of that type"
		}
	}
	if len(proposed) > 0 && len(proposed) <= maxProposed {
		return "did you mean " + strings.Join(proposed, " or ") + "?"
	}
	if near := meant(upper, webhookNames); near != "" {
		return near
	}
	return "write TYPE.CODE, such as ITEM.ERROR or TRANSACTIONS.*"
}

// Sending is what a rule does to a webhook, decided when it is sent. The zero Sending lets it go.
type Sending struct {
	// Rule is the name of the rule that acts; "" = none.
	Rule string
	// Drop loses the webhook.
	Drop bool
	// Duplicate is how many more times it comes.
	Duplicate int
	// Delay is the world time by which it is late.
	Delay time.Duration
	// Reorder lets the next webhook to the same receiver go first.
	Reorder bool
}

// Webhook decides what becomes of a webhook, TYPE.CODE: what the first rule that matches and
// acts says. It is counted at once, also for rules that let it pass. The cost is that of Decide.
func (e *Engine) Webhook(name string, facts Facts, p Progress) Sending {
	plan := e.Decide(Call{Method: methodWebhook, Path: webhookPath(name), Facts: facts}, p)
	plan.Commit(p)
	plan.sending.Rule, plan.sending.Delay = plan.Rule, plan.Delay
	return plan.sending
}

// Drop is the Then by which a webhook is lost.
func Drop() Then { return Then{Drop: true} }

// Duplicate is the Then by which a webhook comes n more times.
func Duplicate(n int) Then { return Then{Duplicate: n} }

// Reorder is the Then by which the next webhook to the same receiver comes first.
func Reorder() Then { return Then{Reorder: true} }

var dropEffect = effect{
	key: "drop", seats: atWebhook, instead: true,
	used: func(t *Then) bool { return t.Drop },
	check: func(r *report, _ *Rule, t *Then, at place) {
		switch {
		case !t.Drop:
			r.add(at.key("drop"), "drop is false", "remove it; in a list, write pass")
		case t.Duplicate != 0 || t.Delay != Delay{}:
			r.add(at.name("drop"), "a webhook that is dropped comes neither late nor twice", "remove drop, or the rest")
		}
	},
	prepare: func(*Then) action { return func(p *Plan, _ use) { p.sending.Drop = true } },
}

// maxDuplicate bounds how often a webhook is repeated.
const maxDuplicate = 100

var duplicateEffect = effect{
	key: "duplicate", seats: atWebhook,
	used: func(t *Then) bool { return t.Duplicate != 0 },
	check: func(r *report, _ *Rule, t *Then, at place) {
		if t.Duplicate < 1 || t.Duplicate > maxDuplicate {
			r.add(at.key("duplicate"), "duplicate is out of range", "it is how many more times the webhook comes, from 1 to 100")
		}
	},
	prepare: func(t *Then) action {
		n := t.Duplicate
		return func(p *Plan, _ use) { p.sending.Duplicate = n }
	},
}

var reorderEffect = effect{
	key: "reorder", seats: atWebhook, instead: true,
	used: func(t *Then) bool { return t.Reorder },
	check: func(r *report, _ *Rule, t *Then, at place) {
		switch {
		case !t.Reorder:
			r.add(at.key("reorder"), "reorder is false", "remove it; in a list, write pass")
		case t.Delay != Delay{}:
			r.add(at.name("reorder"), "reorder waits for the next webhook, delay for a time", "remove one of them")
		}
	},
	prepare: func(*Then) action { return func(p *Plan, _ use) { p.sending.Reorder = true } },
}

// wordsOfWebhook are effects on webhooks that are written as a word.
var wordsOfWebhook = []string{dropEffect.key, reorderEffect.key}

// Delivery says whether webhooks leave, and what time they are signed with.
type Delivery struct {
	// Mode is deliver (they are sent to their receivers) or collect (they stay in the outbox). ""
	// = whoever starts the world chooses.
	Mode string `yaml:"mode"`
	// IAT is the time of a delivered webhook's signature: wall, by which receivers check that it
	// is under five minutes old, or world, which is the same in every run. "" = wall. A collected
	// one always has the world's.
	IAT string `yaml:"iat"`
}

// Modes of Delivery, and its times.
const (
	ModeDeliver = "deliver"
	ModeCollect = "collect"
	IATWall     = "wall"
	IATWorld    = "world"
)

func (Delivery) limits() limits {
	return limits{keys: map[string]schema{"mode": words(ModeDeliver, ModeCollect), "iat": words(IATWall, IATWorld)}}
}

func (d *Delivery) check(r *report, at place) {
	oneOf(r, d.Mode, []string{ModeDeliver, ModeCollect}, at, "mode")
	oneOf(r, d.IAT, []string{IATWall, IATWorld}, at, "iat")
}
