package plaid

import (
	"fmt"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/world"
)

// feed is what is kept of an Item's transactions: since when, how far back, and what
// changed them beside the passing of time. The transactions themselves follow from it.
type feed struct {
	Started    time.Time `json:"started"`      // when the Item got the product
	From       day       `json:"from"`         // the first date of its history
	To         day       `json:"to,omitempty"` // the last date of its history; 0 for that of Started
	Initial    time.Time `json:"initial"`      // when the last 30 days are ready
	Historical time.Time `json:"historical"`   // when all of the history is
	Refreshed  time.Time `json:"refreshed,omitzero"`
	Updates    int       `json:"updates,omitempty"`   // how many records of feedUpdates the Item has
	Synced     bool      `json:"synced,omitempty"`    // /transactions/sync was called
	Recurring  bool      `json:"recurring,omitempty"` // /transactions/recurring/get was called
	Check      string    `json:"check,omitempty"`     // the event that will tell of new transactions, or noCheck
}

// feedUpdate is one thing that changed an Item's transactions.
type feedUpdate struct {
	Item    string              `json:"item"`
	At      time.Time           `json:"at"`
	Created []CustomTransaction `json:"created,omitempty"` // by /sandbox/transactions/create; none: a refresh
}

var (
	feeds             = world.NewTable[feed]("plaid.transactions", 1)              // by item_id
	feedUpdates       = world.NewTable[feedUpdate]("plaid.transactions_update", 1) // by item_id and number
	feedUpdatesByItem = feedUpdates.Index(func(u feedUpdate) string { return u.Item })
)

// How long after the product was added the two parts of the history are ready, where the
// clock runs or steps (108 transactions came 4.4 s after the first call, observed 2026-08).
// With a manual clock both are ready at once, since nobody would move it for them
// (assumed; a rule or the password later_PRODUCT_NOT_READY makes an Item unready).
const (
	initialDelay    = 2 * time.Second
	historicalDelay = 4 * time.Second
)

// How many days of history are asked for (OpenAPI file: 90 by default, 730 at most, 30 if
// fewer are asked for; the first part is that of the last 30).
const (
	defaultHistory = 90
	leastHistory   = 30
	mostHistory    = 730
	initialHistory = 30
)

// historyRange is how far back an Item's history goes.
type historyRange struct {
	Days  *whole `json:"days_requested"`
	Start string `json:"start_date"`
	End   string `json:"end_date"`
}

// check refuses a number of days that cannot be. prefix is the path of the object.
func (r historyRange) check(prefix string) error {
	if r.Days != nil && (*r.Days < 1 || *r.Days > mostHistory) {
		return errInvalidField.Text(fmt.Sprintf("%sdays_requested must be an integer between 1 and %d", prefix, mostHistory))
	}
	return nil
}

// startFeed begins the feed of an Item that has the product.
func startFeed(w *world.World, item Item, r historyRange) feed {
	now := w.Now()
	f := feed{Started: now, Initial: now, Historical: now, From: dayOf(now) - defaultHistory}
	if r.Days != nil {
		f.From = dayOf(now) - day(max(*r.Days, leastHistory))
	}
	if from, ok := parseDay(r.Start); ok {
		f.From = max(from, dayOf(now)-mostHistory)
	}
	if to, ok := parseDay(r.End); ok && to < dayOf(now) {
		f.To = to
	}
	if w.Run() != (world.Run{}) {
		f.Initial, f.Historical = now.Add(initialDelay), now.Add(historicalDelay)
	}
	feeds.Put(w, item.ID, f)
	feedReady.At(w, f.Initial, readyPart{Item: item.ID, Part: partInitial})
	feedReady.At(w, f.Historical, readyPart{Item: item.ID, Part: partAll})
	return f
}

// The parts of a history that are ready.
const (
	partNone int8 = iota
	partInitial
	partAll
)

// snapshot is an Item's transactions as of one update: a feed's moment.
type snapshot struct {
	Part    int8
	AsOf    time.Time // when the bank was asked last
	Updates int
}

// at returns the snapshot that is current at a moment. The bank is asked once a day, at
// the time of day at which the product was added (documented: one to four times; which is
// assumed), and by a refresh.
func (f feed) at(now time.Time) snapshot {
	s := snapshot{AsOf: f.Started, Updates: f.Updates}
	switch {
	case !now.Before(f.Historical):
		s.Part = partAll
	case !now.Before(f.Initial):
		s.Part = partInitial
	}
	if passed := now.Sub(f.Started); passed > 0 {
		s.AsOf = f.Started.Add(passed / oneDay * oneDay)
	}
	if f.Refreshed.After(s.AsOf) && !f.Refreshed.After(now) {
		s.AsOf = f.Refreshed
	}
	return s
}

// mark is a point in the life of a feed that a snapshot has reached or not.
type mark struct {
	part    int8
	day     day
	updates int
}

// never is reached by no snapshot.
func never() mark { return mark{part: partAll + 1} }

func (s snapshot) reached(m mark) bool {
	return s.Part >= m.part && s.Updates >= m.updates && dayOf(s.AsOf) >= m.day
}

// updated keeps one more change of an Item's transactions.
func (f feed) updated(c *api.Call, item Item, u feedUpdate) feed {
	f.Updates++
	f.Refreshed = c.Now
	u.Item, u.At = item.ID, c.Now
	feedUpdates.Put(c.World, fmt.Sprintf("%s-%08d", item.ID, f.Updates), u)
	feeds.Put(c.World, item.ID, f)
	return f
}
