package world

import "time"

// recording is what is remembered of how a world came to be what it is since it began: at its
// start, a restart or an import. The calls themselves are in the journal, which is bounded; so
// is this. It is no part of an export: an imported world begins with its import.
type recording struct {
	start *Export // what was imported; nil for a world that began with its set-up
	moves []Move
	bytes int    // of moves
	lost  int    // moves that there was no room for
	first uint64 // what Recorded was given first
	calls uint64
}

// Move is a change of a world that no vendor's call made: a move of the clock, a rule that
// came or went.
type Move struct {
	Turn uint64    // its place among the calls, see World.Turn
	At   time.Time // the world's time after it
	What string
	Data []byte
}

// Recording says how a world came to be what it is.
type Recording struct {
	// Start is the export that the world began with; nil for its set-up.
	Start *Export
	// Began is the time at which a world without Start began.
	Began time.Time
	// Run is how time passed at the beginning of a world without Start.
	Run Run
	// Moves are in order.
	Moves []Move
	// Lost counts the moves that there was no room for.
	Lost int
	// First is the number that the first call was recorded under, Calls how many there were.
	First, Calls uint64
}

// maxMoves bounds what is remembered of moves, in bytes.
const maxMoves = 8 << 20

// moveOverhead is what a move costs beside its text, in bytes.
const moveOverhead = 96

// Turn returns the next place in the order of what comes to the world: calls when they
// arrive, calls that waited when they end, moves. It counts on over restarts and imports.
func (w *World) Turn() uint64 {
	w.turn++
	return w.turn
}

// Moved remembers a change that no vendor's call made, which has just been made.
func (w *World) Moved(what string, data []byte) {
	r := &w.recording
	cost := len(what) + len(data) + moveOverhead
	if r.lost > 0 || r.bytes+cost > maxMoves {
		r.lost++
		return
	}
	r.bytes += cost
	r.moves = append(r.moves, Move{Turn: w.Turn(), At: w.now, What: what, Data: data})
}

// Recorded counts a call that the journal has taken under a number.
func (w *World) Recorded(seq uint64) {
	if w.recording.calls == 0 {
		w.recording.first = seq
	}
	w.recording.calls++
}

// Recording returns what is remembered since the world began. The moves' data and the export
// are not to be changed.
func (w *World) Recording() Recording {
	r := w.recording
	return Recording{
		Start: r.start, Began: w.config.Clock.Start.UTC(), Run: w.config.Clock.Run,
		Moves: r.moves[:len(r.moves):len(r.moves)],
		Lost:  r.lost, First: r.first, Calls: r.calls,
	}
}
