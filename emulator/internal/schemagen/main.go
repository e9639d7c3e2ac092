// Command schemagen writes the JSON Schema of the scenario language: the types come from
// package scenario itself, the descriptions from the comments in its source, the names
// under assume from package sentinel.
package main

import (
	"bytes"
	"flag"
	"log"
	"os"

	"tweed/emulator/internal/sentinel"
	"tweed/emulator/scenario"
)

func main() {
	types := flag.String("types", "", "folder of package scenario")
	out := flag.String("o", "", "file to write")
	flag.Parse()
	text, err := generate(*types)
	if err != nil {
		log.Fatal(err)
	}
	if old, err := os.ReadFile(*out); err == nil && bytes.Equal(old, text) {
		return
	}
	if err := os.WriteFile(*out, text, 0o644); err != nil { //nolint:gosec // a source file like others
		log.Fatal(err)
	}
}

// generate makes the schema from the package in a folder.
func generate(types string) ([]byte, error) {
	comments, err := read(types)
	if err != nil {
		return nil, err
	}
	assume := map[string]string{}
	for _, a := range sentinel.Assumptions() {
		if a.Settable {
			assume[a.Name] = a.What + ". Without it: " + a.Default + "."
		}
	}
	return scenario.Schema(scenario.SchemaSource{Comment: comments.of, Assume: assume})
}
