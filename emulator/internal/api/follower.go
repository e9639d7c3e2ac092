package api

import "slices"

// Follower reads a journal as it grows. What it has not read yet waits in the journal
// itself, whose bound is the follower's backlog: who reads too slowly loses the entries
// that leave it, and is told how many.
type Follower struct {
	journal *Journal
	filter  Filter
	// The journal's lock guards what follows.
	seen uint64 // the Seq up to which the journal was read
	lost uint64 // chosen entries that left unread
}

// Follow begins to follow the entries that a filter chooses: with Since those after it,
// with Last the newest so many and what comes, else what comes. After a Since that lies
// so far back that entries are gone, all that are gone count as lost, whatever the filter.
func (j *Journal) Follow(filter Filter, resume bool) *Follower {
	j.mu.Lock()
	defer j.mu.Unlock()
	f := &Follower{journal: j, filter: filter, seen: j.seq}
	switch {
	case resume:
		f.seen = min(filter.Since, j.seq)
		if f.seen < j.all.lastOf {
			f.lost = min(j.all.of(&Filter{Since: f.seen, Webhooks: filter.sees()}), j.all.lastOf-f.seen)
		}
	case filter.Last > 0:
		for i, left := j.count-1, filter.Last; i >= 0 && left > 0; i-- {
			if e := j.at(i); filter.match(e) {
				f.seen, left = e.Seq-1, left-1
			}
		}
	}
	j.followers = append(j.followers, f)
	return f
}

// Next returns the next entries, at most so many, with secrets taken out, and how many
// were lost before them. When there are none yet, grown is closed as soon as there may be.
func (f *Follower) Next(most int) (entries []Entry, lost uint64, grown <-chan struct{}) {
	j := f.journal
	j.mu.Lock()
	var chosen []*Entry
	for i := j.after(f.seen); i < j.count && len(chosen) < most; i++ {
		e := j.at(i)
		f.seen = e.Seq
		if f.filter.match(e) {
			chosen = append(chosen, e)
		}
	}
	lost, f.lost = f.lost, 0
	if len(chosen) == 0 {
		if j.grown == nil {
			j.grown = make(chan struct{})
		}
		grown = j.grown
	}
	j.mu.Unlock()
	return redacted(chosen), lost, grown
}

// missed counts an entry that leaves the journal before it was read.
func (f *Follower) missed(e *Entry) {
	if e.Seq > f.seen && f.filter.match(e) {
		f.lost++
	}
}

// Close ends the following.
func (f *Follower) Close() {
	f.journal.mu.Lock()
	defer f.journal.mu.Unlock()
	f.journal.followers = slices.DeleteFunc(f.journal.followers, func(other *Follower) bool { return other == f })
}
