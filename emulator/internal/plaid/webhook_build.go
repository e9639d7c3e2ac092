package plaid

import (
	"slices"
	"strings"
	"sync"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/contract"
	"tweed/emulator/internal/dataset"
	"tweed/emulator/internal/world"
)

// webhook is one of the contract with its example, which is read on first use.
type webhook struct {
	*contract.Webhook
	example func() *example
}

// webhooks are all webhooks, in the contract's order.
var webhooks = sync.OnceValue(func() []webhook {
	var all []webhook
	for _, one := range contract.Webhooks() {
		all = append(all, webhook{one, sync.OnceValue(func() *example { return readExample(one.Example()) })})
	}
	return all
})

// hookOf returns the webhook of a schema, which is one of the contract's.
func webhookBy(schema string) webhook {
	return webhooks()[slices.IndexFunc(webhooks(), func(h webhook) bool { return h.Schema == schema })]
}

// toPartner tells a webhook to the holder of a processor token, which is about an account.
func (h webhook) toPartner() bool { return strings.HasPrefix(h.Schema, "Processor") }

// webhookSubject is what a webhook is about.
type webhookSubject struct {
	item     Item      // of no id for none
	accounts []account // the Item's, or the one of the partner's token
	target   string
}

// knownMembers are members that the world knows, by their names. They return nil where it does not
// know them.
var knownMembers = map[string]func(*builder) any{
	"account_ids":                func(b *builder) any { return streamAccounts(b.about.accounts) },
	"asset_report_id":            func(b *builder) any { return b.assetReport() },
	"consent_expiration_time":    func(b *builder) any { return b.now.Add(consentNotice).Format(milliseconds) },
	"disconnect_time":            func(b *builder) any { return b.now.Add(consentNotice).Format(milliseconds) },
	"error":                      func(b *builder) any { return b.fault() },
	"historical_update_complete": func(b *builder) any { return b.complete("historical_update_complete") },
	"identity_verification_id":   func(b *builder) any { return b.verification() },
	"initial_update_complete":    func(b *builder) any { return b.complete("initial_update_complete") },
	"institution_name":           func(b *builder) any { return b.institutionName() },
	"issue_resolved_at":          func(b *builder) any { return b.now.Format(time.RFC3339) },
	"link_session_id":            func(b *builder) any { return b.linkSession() },
	"link_token":                 func(b *builder) any { return b.linkToken() },
	"new_webhook_url":            func(b *builder) any { return unlessEmpty(b.about.target) },
	"payment_id":                 func(b *builder) any { return b.payment() },
	"removed_transactions":       func(b *builder) any { return b.transactionIDs() },
	"screening_id":               func(b *builder) any { return b.screening() },
	"timestamp":                  func(b *builder) any { return b.now.Format(milliseconds) },
	"transfer_id":                func(b *builder) any { return b.transfer() },
}

// consentNotice is how long before a consent ends PENDING_EXPIRATION is sent, and
// PENDING_DISCONNECT before an Item is disconnected (documented).
const consentNotice = 7 * oneDay

// counts are members that count what is new. A webhook without its reason has nothing new
// (recorded for DEFAULT_UPDATE of /sandbox/item/fire_webhook).
var counts = []string{
	"new_transactions", "new_holdings", "updated_holdings", "new_investments_transactions",
	"canceled_investments_transactions", "cancelled_investments_transactions",
}

// builder builds one body of a webhook.
type builder struct {
	kind  webhook
	about webhookSubject
	world *world.World
	now   time.Time
}

// body is the contract's example with the world's ids, tokens, dates and errors.
func (h webhook) body(w *world.World, client string, about webhookSubject) map[string]any {
	b := &builder{kind: h, about: about, world: w, now: w.Now()}
	s := &shaper{
		call: &api.Call{World: w, Now: b.now, Client: api.Client{ID: client}}, op: &contract.Op{}, example: h.example(),
		found: subject{accounts: about.accounts}, said: map[string]any{}, days: h.example().newest.until(b.now),
		scope: []string{"webhook", about.item.ID}, // so that an id of several webhooks is the same
	}
	s.call.RequestID = s.derive("request").Hex(requestIDLength)
	if about.item.ID != "" {
		s.found.items = []Item{about.item}
	}
	bare := *s
	examples := make(map[string]any, len(s.example.body)) // without what the world knows itself
	facts := map[string]any{"webhook_type": h.Type, "webhook_code": h.Code, "environment": EnvironmentOf(w)}
	for name, value := range s.example.body {
		examples[name] = value
	}
	for name, know := range knownMembers {
		if value := know(b); h.Answer().Has(name) && (value != nil && h.Answer().Member(name).Takes(plainJSON(value))) {
			facts[name] = value
			delete(examples, name)
		}
	}
	for _, name := range counts {
		if _, ok := examples[name]; ok {
			facts[name] = 0
		}
	}
	out := bare.object(examples, h.Answer(), place{said: bare.said, direct: true, top: true})
	for name, value := range facts {
		out[name] = value
	}
	b.perAccount(out)
	if _, ok := out["error"]; !ok && h.Answer().Has("error") && h.Answer().Member("error").Takes(nil) {
		out["error"] = nil // Plaid sends it (recorded)
	}
	return out
}

// perAccount fills the members that say which accounts have something new: none is new, and
// the first one that has such data is updated in the way of the example.
func (b *builder) perAccount(out map[string]any) {
	for name, value := range out {
		what, updated := strings.CutPrefix(name, "account_ids_with_updated_")
		if strings.HasPrefix(name, "account_ids_with_new_") {
			out[name] = []string{}
		}
		changes, _ := value.(map[string]any)
		if !updated || len(changes) == 0 {
			continue
		}
		one := map[string]any{}
		for _, a := range b.about.accounts {
			fits := what != "liabilities" || a.Type == "credit" || a.Type == "loan"
			if fits && (what != "auth" || a.hasNumbers()) {
				one[a.ID] = changes[sortedNames(changes)[0]]
				break
			}
		}
		out[name] = one
	}
}

// fault is the error that a webhook of an error carries: that of the Item where it has one.
func (b *builder) fault() any {
	switch b.kind.Schema {
	case "ItemErrorWebhook":
		if e := asRow(b.about.item.trouble(b.world)); e != nil && b.about.item.ID != "" {
			return webhookErrorOf(e)
		}
		return webhookErrorOf(errLoginRequired.New())
	case "UserPermissionRevokedWebhook":
		return webhookErrorOf(find("USER_PERMISSION_REVOKED").New())
	case "AssetsErrorWebhook", "BaseReportsErrorWebhook": // the latter's example has a type that its schema lacks
		return webhookErrorOf(find("ASSET_REPORT_ERROR/ASSET_REPORT_GENERATION_FAILED").New())
	}
	return nil
}

func (b *builder) complete(which string) any {
	if item := b.about.item; item.ID != "" && !item.lacks(productTransactions) {
		s, _ := current(b.world, item, historyRange{})
		return completeness(s)[which]
	}
	return nil
}

func (b *builder) institutionName() any {
	if bank, ok := dataset.FindInstitution(b.about.item.Institution); ok {
		return bank.Name
	}
	return nil
}

// removedCount is how many transactions a TRANSACTIONS_REMOVED names.
const removedCount = 2

// transactionIDs are the newest ones of the Item, or of the partner's account.
func (b *builder) transactionIDs() any {
	f, ok := feeds.Get(b.world, b.about.item.ID)
	if !ok {
		return nil
	}
	h, ids := b.about.item.history(b.world, f, f.at(b.now)), []string{}
	for n := range h.entries {
		e := &h.entries[n]
		mine := slices.ContainsFunc(b.about.accounts, func(a account) bool { return a.ID == h.accounts[e.account].ID })
		if mine && len(ids) < removedCount {
			ids = append(ids, e.id(b.world, b.about.item, e.pending))
		}
	}
	return ids
}

// lastRow returns the key and the row that comes last of a table, "" for an empty one.
func lastRow[T any](w *world.World, table *world.Table[T], order func(T) int64) (last string, row T) {
	for key, one := range table.All(w) {
		if last == "" || order(one) > order(row) {
			last, row = key, one
		}
	}
	return last, row
}

func unlessEmpty(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func (b *builder) assetReport() any {
	_, row := lastRow(b.world, assetReports, func(r assetReport) int64 {
		if r.Generated == nil {
			return 0
		}
		return r.Generated.UnixNano()
	})
	return unlessEmpty(row.ID)
}

func (b *builder) verification() any {
	id, _ := lastRow(b.world, identityVerifications, func(v identityVerification) int64 { return int64(v.N) })
	return unlessEmpty(id)
}

func (b *builder) screening() any {
	id, _ := lastRow(b.world, screenings, func(s screening) int64 { return int64(s.N) })
	return unlessEmpty(id)
}

func (b *builder) transfer() any {
	id, _ := lastRow(b.world, transfers, func(t transfer) int64 { return int64(t.N) })
	return unlessEmpty(id)
}

func (b *builder) payment() any {
	id, _ := lastRow(b.world, payments, func(p payment) int64 { return int64(p.N) })
	return unlessEmpty(id)
}

func (b *builder) linkSession() any {
	id, _ := lastRow(b.world, linkSessions, func(s linkSession) int64 { return int64(s.Number) })
	return unlessEmpty(id)
}

func (b *builder) linkToken() any {
	token, _ := lastRow(b.world, linkTokens, func(t linkToken) int64 { return t.Created.UnixNano() })
	return unlessEmpty(token)
}
