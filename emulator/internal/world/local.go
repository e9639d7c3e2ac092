package world

// Local is a value in memory that is built from a world's records when it is first
// asked for (a compiled rule set, a parsed key). It is no state: export leaves it out,
// and reset, import and rollback drop it.
type Local[T any] struct {
	slot  int
	build func(*World) T
}

// localCount is how many locals are declared. Grown while packages initialise.
var localCount int

// NewLocal declares a local. Declare it as a package variable.
func NewLocal[T any](build func(*World) T) *Local[T] {
	l := &Local[T]{slot: localCount, build: build}
	localCount++
	return l
}

// Of returns the world's value, built now if need be.
func (l *Local[T]) Of(w *World) T {
	if v, ok := w.locals[l.slot].(T); ok {
		return v
	}
	v := l.build(w)
	w.locals[l.slot] = v
	return v
}

// Set stores a value that was built elsewhere from the same records.
func (l *Local[T]) Set(w *World, v T) { w.locals[l.slot] = v }
