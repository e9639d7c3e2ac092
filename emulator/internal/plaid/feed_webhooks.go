package plaid

import (
	"slices"
	"time"

	"tweed/emulator/internal/world"
)

// readyPart says that a part of an Item's history is ready.
type readyPart struct {
	Item string `json:"item"`
	Part int8   `json:"part"`
}

// bankCheck says that the bank of an Item is asked for new transactions, and finds some.
type bankCheck struct {
	Item string `json:"item"`
}

var (
	feedReady = world.NewEvent[readyPart]("plaid.transactions_ready")
	feedCheck = world.NewEvent[bankCheck]("plaid.transactions_check")
)

func init() {
	feedReady.Handle(announcePart)
	feedCheck.Handle(announceDay)
}

// alive returns an Item and its feed for an event; false if nobody is to be told.
func alive(w *world.World, id string) (Item, feed, bool) {
	item, ok := items.Get(w, id)
	f, has := feeds.Get(w, id)
	return item, f, ok && has && !item.Removed && item.trouble(w) == nil && item.heard(w)
}

// heard tells whether anybody hears about the Item's transactions.
func (i Item) heard(w *world.World) bool {
	return i.Webhook != "" || len(heardTokens.Keys(w, i.ID)) > 0
}

// heardTokens are processor tokens with a webhook, by Item.
var heardTokens = processorTokens.Index(func(t processorToken) string {
	if t.Webhook == "" {
		return ""
	}
	return t.Item
})

// tally counts what differs between two snapshots, for one account or for all.
type tally struct {
	account int // its place among the Item's, or everyAccount
	added   int
	removed []string // transaction_ids
	any     bool
}

func (h *history) tally(from, to snapshot, account int) tally {
	out := tally{account: account, removed: []string{}}
	for _, change := range h.changes(from, to, account) {
		out.any = true
		switch change.kind {
		case added:
			out.added++
		case removed:
			e := &h.entries[change.entry]
			out.removed = append(out.removed, e.id(h.w, h.item, e.pending))
		case modified:
		}
	}
	return out
}

// tell sends a webhook of type TRANSACTIONS to the app, and one to each partner that
// listens at an account. fill gives the members for a tally; nil sends nothing.
func (h *history) tell(code string, from, to snapshot, fill func(tally) map[string]any) {
	if extra := fill(h.tally(from, to, everyAccount)); extra != nil {
		extra["webhook_type"] = "TRANSACTIONS"
		itemWebhook(h.w, &h.item, code, extra)
		items.Put(h.w, h.item.ID, h.item)
	}
	for _, key := range heardTokens.Keys(h.w, h.item.ID) {
		token, _ := processorTokens.Get(h.w, key)
		for n, a := range h.accounts {
			if a.ID != token.Account || !token.permits(productTransactions) {
				continue
			}
			extra := fill(h.tally(from, to, n))
			if extra == nil {
				continue
			}
			extra["webhook_type"], extra["webhook_code"], extra["account_id"] = "TRANSACTIONS", code, a.ID
			sendWebhook(h.w, token.Webhook, extra)
		}
	}
}

// news are the members of a webhook that says how many transactions are new.
func news(t tally) map[string]any { return map[string]any{"error": nil, "new_transactions": t.added} }

// syncNews sends SYNC_UPDATES_AVAILABLE. It is sent once /transactions/sync was called for
// the Item (documented), and if something changed.
func (h *history) syncNews(from, to snapshot) {
	if !h.feed.Synced {
		return
	}
	h.tell("SYNC_UPDATES_AVAILABLE", from, to, func(t tally) map[string]any {
		if !t.any {
			return nil
		}
		return completeness(to)
	})
}

// recurringNews sends RECURRING_TRANSACTIONS_UPDATE for new transactions at accounts that have
// streams, once /transactions/recurring/get was called for the Item (documented; that any
// new transaction there changes the streams is assumed).
func (h *history) recurringNews(from, to snapshot) {
	if !h.feed.Recurring {
		return
	}
	updated := func(account int) bool {
		return slices.Contains(streamTypes, h.accounts[account].Subtype) && h.tally(from, to, account).added > 0
	}
	h.tell("RECURRING_TRANSACTIONS_UPDATE", from, to, func(t tally) map[string]any {
		if t.account != everyAccount {
			if updated(t.account) {
				return map[string]any{}
			}
			return nil
		}
		var ids []string
		for n, a := range h.accounts {
			if updated(n) {
				ids = append(ids, a.ID)
			}
		}
		if len(ids) == 0 {
			return nil
		}
		return map[string]any{"account_ids": ids}
	})
}

// completeness are the members that say which parts are ready.
func completeness(s snapshot) map[string]any {
	return map[string]any{
		"initial_update_complete": s.Part >= partInitial, "historical_update_complete": s.Part >= partAll,
	}
}

// announcePart sends INITIAL_UPDATE or HISTORICAL_UPDATE when its part is ready.
func announcePart(w *world.World, ready readyPart) {
	item, f, ok := alive(w, ready.Item)
	if !ok {
		return
	}
	to := f.at(w.Now())
	to.Part = ready.Part
	from, code := to, "INITIAL_UPDATE"
	from.Part--
	if ready.Part == partAll {
		code = "HISTORICAL_UPDATE"
	}
	h := item.history(w, f, to)
	h.tell(code, from, to, news)
	h.syncNews(from, to)
	if ready.Part == partAll {
		h.item.watch(w)
	}
}

// announce tells what an update brought: DEFAULT_UPDATE for new transactions,
// TRANSACTIONS_REMOVED for removed ones, SYNC_UPDATES_AVAILABLE for any change (documented
// for /transactions/refresh).
func (i Item) announce(w *world.World, f feed, from, to snapshot) {
	h := i.history(w, f, to)
	h.tell("TRANSACTIONS_REMOVED", from, to, func(t tally) map[string]any {
		if len(t.removed) == 0 {
			return nil
		}
		return map[string]any{"error": nil, "removed_transactions": t.removed}
	})
	h.tell("DEFAULT_UPDATE", from, to, func(t tally) map[string]any {
		if t.added == 0 {
			return nil
		}
		return news(t)
	})
	h.recurringNews(from, to)
	h.syncNews(from, to)
}

// announceDay tells what a day brought, and looks for the next day that brings something.
// For an Item that needs a new login, as all do after 30 days, it is the last one until a
// call finds the Item well: an Item costs nothing however far the clock moves.
func announceDay(w *world.World, check bankCheck) {
	f, ok := feeds.Get(w, check.Item)
	if !ok {
		return
	}
	f.Check = ""
	feeds.Put(w, check.Item, f)
	if item, f, ok := alive(w, check.Item); ok {
		item.announce(w, f, f.at(w.Now().Add(-1)), f.at(w.Now()))
		item.watch(w)
	}
}

// noCheck stands for the event of an Item that no day brings anything.
const noCheck = "none"

// lookAhead is how far the next day with news is looked for.
const lookAhead = cycleDays * oneDay

// watch schedules the event that tells about the next new transactions, for an Item that
// somebody hears. An Item has one such event at most.
func (i Item) watch(w *world.World) {
	f, ok := feeds.Get(w, i.ID)
	if !ok || f.Check != "" || !i.heard(w) || f.at(w.Now()).Part != partAll {
		return
	}
	today := dayOf(f.at(w.Now()).AsOf)
	ahead := f.at(w.Now().Add(lookAhead))
	h := i.history(w, f, ahead)
	next := day(0)
	for n := range h.entries {
		e := &h.entries[n]
		for _, m := range []mark{e.since, e.until} {
			if m.day > today && m != never() && (next == 0 || m.day < next) {
				next = m.day
			}
		}
	}
	if next == 0 {
		f.Check = noCheck
		feeds.Put(w, i.ID, f)
		return
	}
	at := f.Started.Add(time.Duration(next-dayOf(f.Started)) * oneDay)
	f.Check = feedCheck.At(w, at, bankCheck{Item: i.ID})
	feeds.Put(w, i.ID, f)
}
