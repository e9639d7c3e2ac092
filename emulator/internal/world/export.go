package world

import (
	"cmp"
	"encoding/json"
	"fmt"
	"time"
)

// exportVersion is the version of the export's own form.
const exportVersion = 1

// Export is one world as data: reset, import, persist, share, compare and show all use
// this one encoding. Tables and records are in key order.
type Export struct {
	Tweed  int                    `json:"tweed"` // version of this form
	Name   string                 `json:"name"`
	Origin string                 `json:"origin,omitempty"` // the name that ids are derived from, if it is not Name
	Seed   uint64                 `json:"seed"`
	Tables map[string]TableExport `json:"tables"`
}

// TableExport is one table of an Export.
type TableExport struct {
	Version int                        `json:"version"`
	Records map[string]json.RawMessage `json:"records"`
}

// Export returns the world as data. Empty tables are left out.
func (w *World) Export() (Export, error) {
	out := Export{Tweed: exportVersion, Name: w.name, Seed: w.seed, Tables: map[string]TableExport{}}
	if w.origin != w.name {
		out.Origin = w.origin
	}
	clocks.rows(w).byKey[clockKey] = clockRow{Run: w.Run(), Now: w.now}
	for _, t := range registry {
		records, err := t.export(w)
		if err != nil {
			return Export{}, err
		}
		if len(records) > 0 {
			out.Tables[t.tableName()] = TableExport{Version: t.tableVersion(), Records: records}
		}
	}
	return out, nil
}

// Import replaces everything in the world by an export, also one of a world with
// another name: its records keep the ids that they were given, those that are computed
// among them. On an error the world is as it was.
func (w *World) Import(e Export) error {
	if err := e.check(); err != nil {
		return err
	}
	before := w.tables
	w.tables = make([]any, len(registry))
	if err := w.loadAll(e); err != nil {
		w.tables = before
		return err
	}
	row, _ := clocks.Get(w, clockKey)
	w.seed, w.origin, w.now, w.undo = e.Seed, cmp.Or(e.Origin, e.Name), row.Now.UTC(), nil
	w.anchorTo(w.now)
	w.life++
	w.settle()
	w.collectDue()
	w.dirty, w.anew = true, true
	w.recording = recording{start: &e}
	w.Commit()
	return nil
}

func (w *World) loadAll(e Export) error {
	for _, t := range registry {
		records := e.Tables[t.tableName()].Records
		for _, key := range sortedKeys(records) {
			if err := t.load(w, key, records[key]); err != nil {
				return err
			}
		}
	}
	for key, row := range events.All(w) {
		h, ok := handlers[row.Kind]
		if !ok {
			return fmt.Errorf("event %s has kind %q, which this version of Tweed does not know", key, row.Kind)
		}
		if err := h.check(row.Data); err != nil {
			return fmt.Errorf("event %s: %w", key, err)
		}
	}
	if _, ok := clocks.Get(w, clockKey); !ok {
		return fmt.Errorf("table %s lacks the record %q: a world needs its clock", clocks.name, clockKey)
	}
	return nil
}

// check compares the export's versions with ours.
func (e Export) check() error {
	if e.Tweed != exportVersion {
		return fmt.Errorf("the export has form %d; this version of Tweed reads form %d", e.Tweed, exportVersion)
	}
	known := map[string]int{}
	for _, t := range registry {
		known[t.tableName()] = t.tableVersion()
	}
	for _, name := range sortedKeys(e.Tables) {
		version, ok := known[name]
		if !ok {
			return fmt.Errorf("table %q is unknown to this version of Tweed", name)
		}
		if got := e.Tables[name].Version; got != version {
			return fmt.Errorf("table %q has version %d; this version of Tweed reads %d", name, got, version)
		}
	}
	return nil
}

// Clock returns the time of an export and how it runs. The error says that it has none.
func (e Export) Clock() (now time.Time, run Run, err error) {
	var row clockRow
	raw, ok := e.Tables[clocks.name].Records[clockKey]
	if !ok {
		return now, run, fmt.Errorf("table %s lacks the record %q: a world needs its clock", clocks.name, clockKey)
	}
	err = json.Unmarshal(raw, &row)
	return row.Now.UTC(), row.Run, err
}
