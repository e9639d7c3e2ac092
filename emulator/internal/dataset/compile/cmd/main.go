// Command cmd writes the Go tables of the fixtures: `cmd errors rows_gen.go`, `cmd bank tables_gen.go`.
package main

import (
	"fmt"
	"os"

	"tweed/emulator/internal/dataset/compile"
	"tweed/fixtures"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("usage: cmd errors|bank FILE")
	}
	build := compile.Errors
	switch args[0] {
	case "errors":
	case "bank":
		build = compile.Bank
	default:
		return fmt.Errorf("%q is no table; errors or bank is right", args[0])
	}
	source, err := build(fixtures.Files)
	if err != nil {
		return err
	}
	return os.WriteFile(args[1], source, 0o644)
}
