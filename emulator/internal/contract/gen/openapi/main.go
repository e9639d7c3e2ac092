// Command openapi compiles the contract: plaid-go's OpenAPI file and the overlays of fixtures/contract become
// fixtures/contract/shapes.txt, fixtures/contract/examples.txt and emulator/internal/contract/table_gen.go.
// It is run by go generate; it needs the module proxy and nothing else, and writes the same bytes every time.
//
// With -spec it compiles another OpenAPI file in the place of plaid-go's, prints what that changes, and writes nothing
// unless -write says so; the next go generate compiles plaid-go's again.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"tweed/emulator/internal/contract/gen/spec"
)

func main() {
	file := flag.String("spec", "", "another OpenAPI file: print what it changes")
	write := flag.Bool("write", false, "with -spec: write the contract that it makes")
	flag.Parse()
	if err := run(os.Stdout, *file, *write); err != nil {
		fmt.Fprintln(os.Stderr, "openapi:", err)
		os.Exit(1)
	}
}

func run(w io.Writer, file string, write bool) error {
	if file == "" && write {
		return errors.New("-write is for -spec; without it the contract is written anyway")
	}
	root, err := spec.Root()
	if err != nil {
		return err
	}
	c, err := spec.Committed(root)
	if err != nil {
		return err
	}
	if file == "" {
		return save(root, c)
	}
	overlays, err := spec.ReadOverlays(spec.Folder(root))
	if err != nil {
		return err
	}
	newer, err := compare(w, c, overlays, file)
	if err != nil || !write {
		return err
	}
	return save(root, newer)
}

// compare builds the contract of an OpenAPI file and the overlays, and prints what is different in it.
func compare(w io.Writer, committed *spec.Contract, overlays []*spec.Overlay, file string) (*spec.Contract, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	newer, err := spec.ReadOpenAPI(data, filepath.Base(file))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	newer.From = filepath.Base(file)
	misfits, err := newer.MergeAnyway(overlays)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return newer, spec.PrintDrift(w, newer.From+", version "+newer.Version, committed, newer, misfits)
}

// save writes the compiled contract.
func save(root string, c *spec.Contract) error {
	out, err := compile(c)
	if err != nil {
		return err
	}
	for path, content := range map[string][]byte{
		filepath.Join(spec.Folder(root), "shapes.txt"):                          out.shapes,
		filepath.Join(spec.Folder(root), "examples.txt"):                        out.examples,
		filepath.Join(root, "emulator", "internal", "contract", "table_gen.go"): out.table,
	} {
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
