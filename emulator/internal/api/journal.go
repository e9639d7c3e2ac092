package api

import (
	"slices"
	"sort"
	"sync"
)

// Journal keeps the newest entries of all worlds, bounded in bytes. It is no part of a
// world: reset and import leave it alone.
type Journal struct {
	limit int

	mu        sync.Mutex
	entries   []*Entry // a ring: head is the oldest
	head      int
	count     int
	bytes     int
	seq       uint64
	calls     uint64          // ever added, without webhooks
	all       loss            // of all worlds
	lost      map[string]loss // by world
	followers []*Follower
	grown     chan struct{} // closed by the next Add, nil when nobody waits
}

// loss is what left the journal for want of room.
type loss struct {
	calls    uint64
	webhooks uint64
	last     uint64 // the greatest Seq among the calls
	lastOf   uint64 // among all
}

// add counts an entry.
func (l loss) add(e *Entry) loss {
	l.lastOf = e.Seq
	if e.Family == FamilyWebhook {
		l.webhooks++
		return l
	}
	l.calls, l.last = l.calls+1, e.Seq
	return l
}

// of is how many of the lost entries a filter with a Since might have chosen.
func (l loss) of(f *Filter) uint64 {
	switch {
	case f.sees() && f.Since < l.lastOf:
		return l.calls + l.webhooks
	case !f.sees() && f.Since < l.last:
		return l.calls
	}
	return 0
}

// FamilyWebhook is the family of entries that are no call: attempts to deliver a webhook.
const FamilyWebhook = "webhook"

// NewJournal returns an empty journal that keeps about limit bytes. A limit of zero
// keeps nothing.
func NewJournal(limit int) *Journal { return &Journal{limit: limit, lost: map[string]loss{}} }

// Off says whether the journal keeps nothing at all.
func (j *Journal) Off() bool { return j == nil || j.limit == 0 }

// Add appends an entry and numbers it. The oldest leave when there is no room.
func (j *Journal) Add(e *Entry) {
	e.cost = e.size()
	j.mu.Lock()
	defer j.mu.Unlock()
	j.seq++
	e.Seq = j.seq
	if e.Family != FamilyWebhook {
		j.calls++
	}
	if j.count == len(j.entries) {
		j.grow()
	}
	j.entries[(j.head+j.count)%len(j.entries)] = e
	j.count++
	j.bytes += e.cost
	for j.count > 0 && j.bytes > j.limit {
		j.dropOldest()
	}
	if j.grown != nil {
		close(j.grown)
		j.grown = nil
	}
}

func (j *Journal) dropOldest() {
	e := j.entries[j.head]
	j.bytes -= e.cost
	j.entries[j.head] = nil
	j.head = (j.head + 1) % len(j.entries)
	j.count--
	j.all, j.lost[e.World] = j.all.add(e), j.lost[e.World].add(e)
	for _, f := range j.followers {
		f.missed(e)
	}
}

func (j *Journal) grow() {
	bigger := make([]*Entry, max(64, 2*len(j.entries)))
	for i := range j.count {
		bigger[i] = j.at(i)
	}
	j.entries, j.head = bigger, 0
}

// at is the i-th entry, the oldest first.
func (j *Journal) at(i int) *Entry { return j.entries[(j.head+i)%len(j.entries)] }

// after is the index of the first entry with a greater Seq.
func (j *Journal) after(seq uint64) int {
	return sort.Search(j.count, func(i int) bool { return j.at(i).Seq > seq })
}

// Filter chooses entries. Empty fields choose all.
type Filter struct {
	World  string
	Path   string
	Op     string
	Code   string
	Client string
	Family string
	Rule   string // acted on the call, at its reply or at a transfer
	Status int
	Facts  map[string]string // resolved facts and their values, as text
	Since  uint64            // only entries with a greater Seq
	Last   int               // only the newest so many
	// Webhooks chooses attempts to deliver webhooks, too. So does their family.
	Webhooks bool
}

// sees says whether attempts to deliver webhooks may be chosen.
func (f *Filter) sees() bool { return f.Webhooks || f.Family == FamilyWebhook }

// match says whether an entry is chosen, Since and Last aside.
func (f *Filter) match(e *Entry) bool {
	for _, one := range [...]struct{ wanted, have string }{
		{f.World, e.World},
		{f.Path, e.Path},
		{f.Op, e.Op},
		{f.Code, e.Code},
		{f.Client, e.Client},
		{f.Family, e.Family},
	} {
		if one.wanted != "" && one.wanted != one.have {
			return false
		}
	}
	if e.Family == FamilyWebhook && !f.sees() {
		return false
	}
	return (f.Rule == "" || f.Rule == e.Rule || slices.Contains(e.Fates, f.Rule)) &&
		(f.Status == 0 || f.Status == e.Status) && f.matchFacts(e)
}

func (f *Filter) matchFacts(e *Entry) bool {
	if len(f.Facts) == 0 {
		return true
	}
	facts := e.open()
	for name, wanted := range f.Facts {
		if value, _ := facts.Fact(name); value != wanted {
			return false
		}
	}
	return true
}

// Read returns the chosen entries, oldest first, with secrets taken out, and how many
// entries have left the journal for want of room that might have been among them: those
// of the filter's world (of all, without one) since its Since, whatever else it asks, and
// none when its Last are all there.
func (j *Journal) Read(f Filter) (entries []Entry, gone uint64) {
	j.mu.Lock()
	var chosen []*Entry
	for i := j.after(f.Since); i < j.count; i++ {
		if e := j.at(i); f.match(e) {
			chosen = append(chosen, e)
		}
	}
	lost := j.all
	if f.World != "" {
		lost = j.lost[f.World]
	}
	j.mu.Unlock()
	if f.Last == 0 || len(chosen) < f.Last {
		gone = lost.of(&f)
	}
	if f.Last > 0 && len(chosen) > f.Last {
		chosen = chosen[len(chosen)-f.Last:]
	}
	return redacted(chosen), gone
}

func redacted(chosen []*Entry) []Entry {
	entries := make([]Entry, len(chosen))
	for i, e := range chosen {
		entries[i] = e.redacted()
	}
	return entries
}

// Count returns how many calls were ever added.
func (j *Journal) Count() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.calls
}

// Clear forgets all entries of a world, or all if world is empty, and what was lost.
func (j *Journal) Clear(world string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	kept := make([]*Entry, 0, j.count)
	j.bytes = 0
	for i := range j.count {
		if e := j.at(i); world != "" && e.World != world {
			kept = append(kept, e)
			j.bytes += e.cost
		}
	}
	j.entries, j.head, j.count = kept, 0, len(kept)
	if world == "" {
		j.all, j.lost = loss{}, map[string]loss{}
		return
	}
	j.all.calls -= j.lost[world].calls
	j.all.webhooks -= j.lost[world].webhooks
	delete(j.lost, world)
}
