// Command openapi compiles the contract: plaid-go's OpenAPI file and the overlays of fixtures/contract become
// fixtures/contract/shapes.txt, fixtures/contract/examples.txt and emulator/internal/contract/table_gen.go.
// It is run by go generate; it needs the module proxy and nothing else, and writes the same bytes every time.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"tweed/emulator/internal/contract/gen/spec"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "openapi:", err)
		os.Exit(1)
	}
}

func run() error {
	root, err := spec.Root()
	if err != nil {
		return err
	}
	data := filepath.Join(root, "fixtures", "contract")
	c, err := spec.Base()
	if err != nil {
		return err
	}
	overlays, err := spec.ReadOverlays(data)
	if err != nil {
		return err
	}
	if err := c.Merge(overlays); err != nil {
		return err
	}
	out, err := compile(c)
	if err != nil {
		return err
	}
	for path, content := range map[string][]byte{
		filepath.Join(data, "shapes.txt"):                                       out.shapes,
		filepath.Join(data, "examples.txt"):                                     out.examples,
		filepath.Join(root, "emulator", "internal", "contract", "table_gen.go"): out.table,
	} {
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
