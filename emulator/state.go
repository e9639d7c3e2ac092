package emulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/wall"
	"tweed/emulator/internal/world"
)

// stateVersion is the version of the state file's form.
const stateVersion = 1

// stateEvery is how often a changed state is written while the emulator runs.
const stateEvery = 3 * time.Second

type stateFile struct {
	Tweed  int            `json:"tweed_state"`
	Worlds []world.Export `json:"worlds"`
}

// loadState reads the state file. One that is not there yet is fine; one that cannot be
// read is an error, and the file is left as it is.
func (e *Emulator) loadState() error {
	path := e.options.StateFile
	if path == "" {
		return nil
	}
	text, err := os.ReadFile(path) //nolint:gosec // the user names the file
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var state stateFile
	if err := json.Unmarshal(text, &state); err != nil {
		return fmt.Errorf("%s: %w", path, position(text, err))
	}
	if state.Tweed != stateVersion {
		return fmt.Errorf("%s: it has form %d of a state file; this version of Tweed reads form %d",
			path, state.Tweed, stateVersion)
	}
	for _, export := range state.Worlds {
		if err := e.importWorld(export); err != nil {
			return fmt.Errorf("%s: world %q: %w", path, export.Name, err)
		}
	}
	return nil
}

// position puts line and column into a JSON error.
func position(text []byte, err error) error {
	var offset int64
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = syntax.Offset
	} else if kind, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		offset = kind.Offset
	} else {
		return err
	}
	line, column := 1, 1
	for _, b := range text[:max(0, min(offset-1, int64(len(text))))] {
		if column++; b == '\n' {
			line, column = line+1, 1
		}
	}
	return fmt.Errorf("line %d, column %d: %w", line, column, err)
}

func (e *Emulator) importWorld(export world.Export) error {
	if err := api.CheckWorldName(export.Name); err != nil {
		return err
	}
	w, err := e.worlds.Take(export.Name, false)
	if err != nil {
		return err
	}
	defer w.Give()
	return w.Import(export)
}

// keepState writes the state file every few seconds while there are changes.
func (e *Emulator) keepState() {
	if e.options.StateFile == "" {
		return
	}
	e.saver.Go(func() {
		var last uint64
		for {
			elapsed, cancel := wall.Timer(stateEvery)
			select {
			case <-e.stop:
				cancel()
				return
			case <-elapsed:
			}
			if now := e.revision(); now != last {
				last = now
				if err := e.saveState(); err != nil && e.options.Logger != nil {
					e.options.Logger.Warn("the state could not be written", "error", err)
				}
			}
		}
	})
}

// revision changes whenever any world does.
func (e *Emulator) revision() (sum uint64) {
	for _, name := range e.worlds.Names() {
		if w, err := e.worlds.Take(name, false); err == nil {
			sum += 1 + w.Revision()
			w.Give()
		}
	}
	return sum
}

// saveState writes the state file: to a new file beside it, which then takes its name, so
// that a crash leaves the old one whole.
func (e *Emulator) saveState() error {
	path := e.options.StateFile
	if path == "" {
		return nil
	}
	state := stateFile{Tweed: stateVersion, Worlds: []world.Export{}}
	for _, name := range e.worlds.Names() {
		w, err := e.worlds.Take(name, false)
		if err != nil {
			return err
		}
		export, err := w.Export()
		w.Give()
		if err != nil {
			return err
		}
		state.Worlds = append(state.Worlds, export)
	}
	text, err := json.MarshalIndent(state, "", " ")
	if err != nil {
		return err
	}
	return replaceFile(path, text)
}

func replaceFile(path string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".tweed-state-*")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}
