// Command fidelity writes FIDELITY.md at the top of the repository: how near Tweed is to the vendors, in numbers, and
// where it is known to differ or had to assume. It is run by go generate, after the generators of the contract, the
// catalogue and the coverage, whose packages come before this one.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"tweed/emulator"
	"tweed/emulator/internal/contract/gen/spec"
	"tweed/emulator/internal/recorded"
	contractdata "tweed/fixtures/contract"
)

//go:generate go run .

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "fidelity:", err)
		os.Exit(1)
	}
}

func run() error {
	f, err := gather()
	if err != nil {
		return err
	}
	return os.WriteFile(path(), []byte(f.document()), 0o644)
}

// top is the top of the repository, seen from this folder.
func top() string { return filepath.Join("..", "..", "..") }

// path is where the document is.
func path() string { return filepath.Join(top(), "FIDELITY.md") }

// facts are what the document is made of.
type facts struct {
	shapes      string // the compiled contract, whose head names its source
	overlays    []*spec.Overlay
	recordings  *recorded.Recordings
	errors      []emulator.ErrorRow
	assumptions []emulator.Assumption
}

// gather reads the facts of today.
func gather() (facts, error) {
	f := facts{shapes: contractdata.Shapes, assumptions: emulator.Assumptions()}
	var err error
	if f.overlays, err = spec.ReadOverlays(filepath.Join(top(), "fixtures", "contract")); err != nil {
		return f, err
	}
	if f.recordings, err = recorded.Load(filepath.Join("..", "plaid", "testdata")); err != nil {
		return f, err
	}
	f.errors, err = emulator.Errors("")
	return f, err
}
