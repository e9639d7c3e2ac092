package world

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"sort"
)

// Table is a named set of small records of one type. A package declares its tables as
// package variables; the world keeps the rows and knows none of their types.
//
// A record is a value: Get returns a copy and Put stores one. A slice or map inside a
// record is never changed in place, only replaced, because copies share it.
type Table[T any] struct {
	name    string
	version int
	slot    int
	indexes []*Index[T]
}

// rows are the records of one table in one world.
type rows[T any] struct {
	byKey   map[string]T
	indexes []map[string][]string
}

// table is what the kernel needs of a Table of any type.
type table interface {
	tableName() string
	tableVersion() int
	number() int
	size(w *World) int
	restore(w *World, key string, old any, had bool)
	export(w *World) (map[string]json.RawMessage, error)
	load(w *World, key string, raw json.RawMessage) error
}

// registry holds every declared table. It is filled while packages initialise and only
// read afterwards.
var registry []table

// NewTable declares a table. version is the version of the record's form: an export
// with another one is refused by Import. It panics on a name that is taken, so it
// belongs into a package variable.
func NewTable[T any](name string, version int) *Table[T] {
	for _, t := range registry {
		if t.tableName() == name {
			panic("world: table " + name + " is declared twice")
		}
	}
	t := &Table[T]{name: name, version: version, slot: len(registry)}
	registry = append(registry, t)
	return t
}

// Index finds the records of a table by a value computed from the record.
type Index[T any] struct {
	table *Table[T]
	slot  int
	value func(T) string
}

// Index declares an index over a table. value computes what a record is found by; ""
// leaves the record out. Declare it as a package variable, beside the table.
func (t *Table[T]) Index(value func(T) string) *Index[T] {
	ix := &Index[T]{table: t, slot: len(t.indexes), value: value}
	t.indexes = append(t.indexes, ix)
	return ix
}

// Keys returns the keys of the records with this value, in key order.
func (ix *Index[T]) Keys(w *World, value string) []string {
	return slices.Clone(ix.table.rows(w).indexes[ix.slot][value])
}

// From yields the records with this value in key order, from the first one for which
// reached holds. reached must hold for all records after one for which it holds: the
// place is searched for by halving. The table must not change meanwhile.
func (ix *Index[T]) From(w *World, value string, reached func(key string, row T) bool) iter.Seq2[string, T] {
	return func(yield func(string, T) bool) {
		r := ix.table.rows(w)
		keys := r.indexes[ix.slot][value]
		first := sort.Search(len(keys), func(i int) bool { return reached(keys[i], r.byKey[keys[i]]) })
		for _, key := range keys[first:] {
			if !yield(key, r.byKey[key]) {
				return
			}
		}
	}
}

// First returns the record with this value whose key is smallest.
func (ix *Index[T]) First(w *World, value string) (row T, ok bool) {
	r := ix.table.rows(w)
	keys := r.indexes[ix.slot][value]
	if len(keys) == 0 {
		return row, false
	}
	return r.byKey[keys[0]], true
}

// Get returns the record with this key.
func (t *Table[T]) Get(w *World, key string) (T, bool) {
	row, ok := t.rows(w).byKey[key]
	return row, ok
}

// Put stores a record under a key, new or not.
func (t *Table[T]) Put(w *World, key string, row T) {
	r := t.rows(w)
	old, had := r.byKey[key]
	w.remember(t, key, old, had)
	t.set(r, key, old, had, row)
}

// Delete removes a record. A key without one is left alone.
func (t *Table[T]) Delete(w *World, key string) {
	r := t.rows(w)
	old, had := r.byKey[key]
	if !had {
		return
	}
	w.remember(t, key, old, had)
	t.unset(r, key, old)
}

// Len returns how many records the table has in this world.
func (t *Table[T]) Len(w *World) int { return len(t.rows(w).byKey) }

// Changed returns a channel that is closed by the next commit that wrote to this table of
// the world, by a reset and by an import. Ask for it while the world is taken, wait after
// it was given back. Who waits for one table costs those nothing who write to others.
func (t *Table[T]) Changed(w *World) <-chan struct{} {
	w.watch.Lock()
	defer w.watch.Unlock()
	if w.written == nil {
		w.written = map[int]chan struct{}{}
	}
	if w.written[t.slot] == nil {
		w.written[t.slot] = make(chan struct{})
	}
	return w.written[t.slot]
}

// All yields the records in key order. It sorts: use it for lists that a person reads,
// not on the way of a call.
func (t *Table[T]) All(w *World) iter.Seq2[string, T] {
	return func(yield func(string, T) bool) {
		r := t.rows(w)
		for _, key := range sortedKeys(r.byKey) {
			if !yield(key, r.byKey[key]) {
				return
			}
		}
	}
}

func (t *Table[T]) rows(w *World) *rows[T] {
	if r, ok := w.tables[t.slot].(*rows[T]); ok {
		return r
	}
	r := &rows[T]{byKey: map[string]T{}, indexes: make([]map[string][]string, len(t.indexes))}
	for i := range r.indexes {
		r.indexes[i] = map[string][]string{}
	}
	w.tables[t.slot] = r
	return r
}

func (t *Table[T]) set(r *rows[T], key string, old T, had bool, row T) {
	r.byKey[key] = row
	for i, ix := range t.indexes {
		now := ix.value(row)
		if had {
			before := ix.value(old)
			if before == now {
				continue
			}
			drop(r.indexes[i], before, key)
		}
		if now != "" {
			keys := r.indexes[i][now]
			at, _ := slices.BinarySearch(keys, key)
			r.indexes[i][now] = slices.Insert(keys, at, key)
		}
	}
}

func (t *Table[T]) unset(r *rows[T], key string, old T) {
	delete(r.byKey, key)
	for i, ix := range t.indexes {
		drop(r.indexes[i], ix.value(old), key)
	}
}

// drop takes a key out of an index bucket, and the bucket away with its last key.
func drop(buckets map[string][]string, value, key string) {
	keys := buckets[value]
	at, found := slices.BinarySearch(keys, key)
	if !found {
		return
	}
	if len(keys) == 1 {
		delete(buckets, value)
		return
	}
	buckets[value] = slices.Delete(keys, at, at+1)
}

func (t *Table[T]) tableName() string { return t.name }

func (t *Table[T]) tableVersion() int { return t.version }

func (t *Table[T]) number() int { return t.slot }

func (t *Table[T]) size(w *World) int { return t.Len(w) }

func (t *Table[T]) restore(w *World, key string, old any, had bool) {
	r := t.rows(w)
	now, has := r.byKey[key]
	if had {
		row, _ := old.(T)
		t.set(r, key, now, has, row)
		return
	}
	if has {
		t.unset(r, key, now)
	}
}

func (t *Table[T]) export(w *World) (map[string]json.RawMessage, error) {
	r := t.rows(w)
	out := make(map[string]json.RawMessage, len(r.byKey))
	for key, row := range r.byKey {
		raw, err := json.Marshal(row)
		if err != nil {
			return nil, fmt.Errorf("table %s, record %s: %w", t.name, key, err)
		}
		out[key] = raw
	}
	return out, nil
}

func (t *Table[T]) load(w *World, key string, raw json.RawMessage) error {
	var row T
	if err := json.Unmarshal(raw, &row); err != nil {
		return fmt.Errorf("table %s, record %s: %w", t.name, key, err)
	}
	r := t.rows(w)
	old, had := r.byKey[key]
	t.set(r, key, old, had, row)
	return nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
