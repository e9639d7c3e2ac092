package api

import (
	"sync"
	"time"
)

// Entry is one request and its reply as the journal keeps them. Secrets are taken out
// when an entry is read (see Redact).
type Entry struct {
	Seq     uint64    // over all worlds, in the order of commit
	N       uint64    // within the world, from 1
	World   string    // the world's name
	Time    time.Time // the world's time
	Family  string
	Op      string // the operation id, "" for a path that is none
	Method  string
	Path    string
	Route   string // the path as the contract has it: what varies stands in braces
	Query   string
	Client  string // client_id or user name, without the world's name
	Status  int
	Code    string // the error's code, "" on success
	Type    string // the error's type
	Rule    string // the scenario rule that changed the reply, "" if none did
	Notes   []string
	Request []byte
	Reply   []byte
	Headers []Header // of the reply
	Facts   []Fact   // what was resolved when the call came, by name
}

// entryOverhead is what an entry costs beside its bodies, in bytes.
const entryOverhead = 320

func (e *Entry) size() int { return len(e.Request) + len(e.Reply) + entryOverhead }

// Journal keeps the newest entries of all worlds, bounded in bytes. It is no part of a
// world: reset and import leave it alone.
type Journal struct {
	limit int

	mu      sync.Mutex
	entries []*Entry // a ring: head is the oldest
	head    int
	count   int
	bytes   int
	seq     uint64
	gone    uint64
}

// NewJournal returns an empty journal that keeps about limit bytes. A limit of zero
// keeps nothing.
func NewJournal(limit int) *Journal { return &Journal{limit: limit} }

// Add appends an entry and numbers it. The oldest leave when there is no room.
func (j *Journal) Add(e *Entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.seq++
	e.Seq = j.seq
	if j.count == len(j.entries) {
		j.grow()
	}
	j.entries[(j.head+j.count)%len(j.entries)] = e
	j.count++
	j.bytes += e.size()
	for j.count > 0 && j.bytes > j.limit {
		j.bytes -= j.entries[j.head].size()
		j.entries[j.head] = nil
		j.head = (j.head + 1) % len(j.entries)
		j.count--
		j.gone++
	}
}

func (j *Journal) grow() {
	bigger := make([]*Entry, max(64, 2*len(j.entries)))
	for i := range j.count {
		bigger[i] = j.entries[(j.head+i)%len(j.entries)]
	}
	j.entries, j.head = bigger, 0
}

// Filter chooses entries. Empty fields choose all.
type Filter struct {
	World  string
	Path   string
	Op     string
	Code   string
	Client string
	Since  uint64 // only entries with a greater Seq
	Last   int    // only the newest so many
}

func (f Filter) match(e *Entry) bool {
	return (f.World == "" || f.World == e.World) &&
		(f.Path == "" || f.Path == e.Path) &&
		(f.Op == "" || f.Op == e.Op) &&
		(f.Code == "" || f.Code == e.Code) &&
		(f.Client == "" || f.Client == e.Client) &&
		e.Seq > f.Since
}

// Read returns the chosen entries, oldest first, with secrets taken out, and how many
// entries of any kind have left the journal for want of room.
func (j *Journal) Read(f Filter) (entries []Entry, gone uint64) {
	j.mu.Lock()
	var chosen []*Entry
	for i := range j.count {
		if e := j.entries[(j.head+i)%len(j.entries)]; f.match(e) {
			chosen = append(chosen, e)
		}
	}
	gone = j.gone
	j.mu.Unlock()
	if f.Last > 0 && len(chosen) > f.Last {
		chosen = chosen[len(chosen)-f.Last:]
	}
	entries = make([]Entry, len(chosen))
	for i, e := range chosen {
		entries[i] = *e
		entries[i].Request = Redact(e.Request)
		entries[i].Query = RedactQuery(e.Query)
	}
	return entries, gone
}

// Clear forgets all entries of a world, or all if world is empty.
func (j *Journal) Clear(world string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	kept := make([]*Entry, 0, j.count)
	j.bytes = 0
	for i := range j.count {
		e := j.entries[(j.head+i)%len(j.entries)]
		if world != "" && e.World != world {
			kept = append(kept, e)
			j.bytes += e.size()
		}
	}
	j.entries, j.head, j.count = kept, 0, len(kept)
}
