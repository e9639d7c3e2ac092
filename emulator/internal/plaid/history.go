package plaid

import (
	"slices"
	"strconv"
	"sync"

	"tweed/emulator/internal/dataset"
	"tweed/emulator/internal/world"
)

// entry is one transaction of an Item, or one that will be: since, until and revised say
// which snapshots have it. It is small; what an answer shows is made of it when it is shown.
type entry struct {
	account    int  // its place among the Item's accounts
	kind       byte // with born and n what its id follows from
	born       day
	n          int
	date       day
	authorized day // 0 for none
	pending    bool
	settled    bool // it was pending before
	name       string
	amount     string // dollars; positive = money leaves the account
	currency   string // "" for the account's
	since      mark
	until      mark
	revised    mark // from here on it says more
}

// The kinds of entries.
const (
	kindStanding = 's'
	kindDrawn    = 'd'
	kindCustom   = 'c'
	kindInflow   = 'i'
	kindRound    = 'r'
	kindCreated  = 'n'
)

func (e *entry) shown(s snapshot) bool { return s.reached(e.since) && !s.reached(e.until) }

// id is stable: the same in every answer, and as long as the transaction is what it is. A
// pending one has another than the posted one (observed 2026-08).
func (e *entry) id(w *world.World, item Item, pending bool) string {
	return idOf(w.Derive("transaction", item.ID, string(e.kind), strconv.Itoa(e.account), e.born.text(),
		strconv.Itoa(e.n), strconv.FormatBool(pending)))
}

// history is all transactions of an Item up to a snapshot, newest first.
type history struct {
	w        *world.World
	item     Item
	feed     feed
	upto     snapshot
	accounts []account
	entries  []entry
}

// The test users whose history is not user_good's.
const userDynamic = "user_transactions_dynamic"

// personas have a history of their own (plaid.com/docs/sandbox); what it is made of is
// not public.
var personas = []string{"user_ewa_user", "user_small_business", "user_yuppie"}

// history makes the transactions of an Item up to a snapshot.
func (i Item) history(w *world.World, f feed, upto snapshot) *history {
	h := &history{w: w, item: i, feed: f, upto: upto, accounts: i.accounts(w)}
	switch {
	case i.Custom != nil && len(i.Custom.Accounts) > 0:
		h.custom()
	case i.Custom != nil, slices.Contains(personas, i.User):
		h.drawAll(false)
	case i.User == userDynamic:
		h.drawAll(true)
		h.rounds()
	default:
		h.standing()
	}
	h.created()
	if !slices.IsSortedFunc(h.entries, newestFirst) { // user_good's are
		slices.SortStableFunc(h.entries, newestFirst)
	}
	return h
}

// newestFirst is the order of /transactions/get: reverse-chronological, and stable
// (documented). Pending ones go first (assumed).
func newestFirst(a, b entry) int {
	switch {
	case a.date != b.date:
		return int(b.date - a.date)
	case a.pending == b.pending:
		return 0
	case a.pending:
		return -1
	}
	return 1
}

// keptDays bounds a history: an Item whose clock was moved by a century has no century of
// transactions.
const keptDays = 5 * 366

// first is the oldest date of the history.
func (h *history) first() day { return max(h.feed.From, dayOf(h.upto.AsOf)-keptDays) }

// days yields the dates of the history, newest first.
func (h *history) days(yield func(day) bool) {
	started := dayOf(h.feed.Started)
	for d := dayOf(h.upto.AsOf); d >= h.first(); d-- {
		if h.feed.To != 0 && d > h.feed.To && d <= started {
			continue
		}
		if !yield(d) {
			return
		}
	}
}

// since is when a transaction of a date appears: in the first part, in the second one, or
// when its day has come.
func (h *history) since(d day) mark {
	if d > dayOf(h.feed.Started)-initialHistory {
		return mark{part: partInitial, day: d}
	}
	return mark{part: partAll, day: d}
}

func (h *history) add(e entry) {
	if e.until == (mark{}) {
		e.until = never()
	}
	if e.revised == (mark{}) {
		e.revised = never()
	}
	h.entries = append(h.entries, e)
}

// accountWith is the place of the account with a mask, -1 for none.
func (h *history) accountWith(mask string) int {
	return slices.IndexFunc(h.accounts, func(a account) bool { return a.Mask == mask })
}

// The cycle of user_good's transactions: 30 days on the calendar that everybody shares
// (see fixtures/transactions.yaml).
const cycleDays = 30

// cycleEnd is a day on which a cycle ends: 2017-01-01.
const cycleEnd day = 17167

// standingByDay are user_good's transactions by how many days before the end of a cycle
// they are.
var standingByDay = sync.OnceValue(func() (rows [cycleDays][]dataset.Standing) {
	for _, row := range dataset.StandingTransactions() {
		rows[row.Back] = append(rows[row.Back], row)
	}
	return rows
})

// standing adds user_good's transactions. Accounts of other users that have none of the
// masks have no transactions.
func (h *history) standing() {
	byMask := map[string]int{}
	for n, a := range h.accounts {
		byMask[a.Mask] = n
	}
	rows := standingByDay()
	for d := range h.days {
		back := int(cycleEnd-d) % cycleDays
		if back < 0 {
			back += cycleDays
		}
		for n, row := range rows[back] {
			at, ok := byMask[row.Mask]
			if !ok {
				continue
			}
			e := entry{
				account: at, kind: kindStanding, born: d, n: n, date: d, name: row.Payee, amount: row.Amount, since: h.since(d),
			}
			if row.Authorized {
				e.authorized = d - 1
			}
			h.add(e)
		}
	}
}

// drawAll adds random transactions at the checking account and the credit card.
func (h *history) drawAll(fine bool) {
	for _, mask := range []string{"0000", "3333"} {
		if at := h.accountWith(mask); at >= 0 {
			h.draw(at, h.item.seed(), fine)
		}
	}
}

// drawsPerDay is one more than the most random transactions of a day.
const drawsPerDay = 4

// draw adds a random history of one account: none to three transactions a day. A day's are
// the same however far back the history goes. fine makes amounts with parts of cents, as
// user_transactions_dynamic has them (35 of 108, to 7 decimals, observed 2026-08).
func (h *history) draw(at int, seed string, fine bool) {
	for d := range h.days {
		chance := h.w.Derive("transactions", seed, strconv.Itoa(at), d.text())
		for n := range int(chance[0] % drawsPerDay) {
			h.add(drawn(chance[1+8*n:], fine, entry{
				account: at, kind: kindDrawn, born: d, n: n, date: d, authorized: d - 1, since: h.since(d),
			}))
		}
	}
}

// drawn gives an entry a payee and an amount by at least eight random bytes.
func drawn(chance []byte, fine bool, e entry) entry {
	kinds := dataset.Draws()
	kind := kinds[int(chance[0])%len(kinds)]
	cents := kind.From + (int(chance[1])<<8|int(chance[2]))%(kind.To-kind.From)
	e.name = kind.Payee
	e.amount = decimal(float64(cents) / 100)
	if fine && chance[3]%3 == 0 {
		parts := (int(chance[4])<<8 | int(chance[5])) % 10_000
		e.amount = decimal(float64(cents*10_000+parts) / 1_000_000)
	}
	return e
}

// decimal writes a number as the Sandbox writes amounts: 5.4, not 5.40.
func decimal(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }

// pendingPerRound is how many pending transactions user_transactions_dynamic has at a time
// (4 of 108, observed 2026-08).
const pendingPerRound = 4

// rounds adds what each refresh of user_transactions_dynamic brings: what was pending is
// posted under a new id, and new ones are pending. One refresh later the posted ones are
// modified: their category is sure (that rows are modified is observed 2026-08, what of
// them is assumed).
func (h *history) rounds() {
	at := h.accountWith("0000")
	if at < 0 {
		return
	}
	began, since := dayOf(h.feed.Started), mark{part: partInitial}
	var moments []mark
	days := []day{began}
	number := 0
	for _, u := range feedUpdatesByItem.From(h.w, h.item.ID, always) {
		if number++; len(u.Created) == 0 {
			moments = append(moments, mark{part: partInitial, updates: number})
			days = append(days, dayOf(u.At))
		}
	}
	moments = append(moments, never(), never())
	for round, d := range days {
		for n := range pendingPerRound {
			chance := h.w.Derive("pending", h.item.seed(), strconv.Itoa(round), strconv.Itoa(n))
			e := drawn(chance[:], true, entry{
				account: at, kind: kindRound, born: day(round), n: n, date: d, authorized: d, pending: true,
				since: since, until: moments[round],
			})
			h.add(e)
			if moments[round] == never() {
				continue
			}
			e.pending, e.settled, e.date = false, true, days[round+1]
			e.since, e.until, e.revised = moments[round], never(), moments[round+1]
			h.add(e)
		}
		since = moments[round]
	}
}

func always(string, feedUpdate) bool { return true }

// created adds what /sandbox/transactions/create made, at the first account (assumed: the
// call names none).
func (h *history) created() {
	if len(h.accounts) == 0 {
		return
	}
	number := 0
	for _, u := range feedUpdatesByItem.From(h.w, h.item.ID, always) {
		number++
		for n, t := range u.Created {
			transacted, _ := parseDay(t.DateTransacted)
			posted, _ := parseDay(t.DatePosted)
			h.add(entry{
				kind: kindCreated, born: day(number), n: n, date: posted, authorized: transacted,
				name: t.Description, amount: t.Amount.String(), currency: t.Currency,
				since: mark{part: partInitial, updates: number},
			})
		}
	}
}
