// Command facts writes scenarios/FACTS.md: the words that a rule's where knows. It is run
// by go generate.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"tweed/emulator/internal/contract/gen/spec"
	"tweed/emulator/scenario"
)

func main() {
	root, err := spec.Root()
	if err == nil {
		err = os.WriteFile(filepath.Join(root, "scenarios", "FACTS.md"), document(), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "facts:", err)
		os.Exit(1)
	}
}

const head = `# Facts

What ` + "`where:`" + ` of a rule and of an expectation can ask about a call, and how its values are written, is in the comments of
the Go types ` + "`scenario.Where` and `scenario.Condition`" + `: equal, one of a list, ` + "`{min, max}`, `missing`, `present`" + `.
This file is generated (` + "`make generate`" + `); ` + "`tweed facts`" + ` prints the same.

A fact is what was known when the call came, before it changed anything. A call that has no such fact fits ` + "`missing`" + ` only.
The calls that answer are those of plaid, legacy (the old ` + "`/exchange_token`" + `), legit, sentinel and ale.

| fact | type | calls that answer | what it is |
|---|---|---|---|
`

// fieldsHead stands before the names of the request fields.
const fieldsHead = `
## Fields of requests

Beside these, every top-level field of a request is a fact, as it was sent. A name that is in the table as well is answered by
the field where the request has it.

`

// width of the paragraph of names, in characters.
const width = 120

func document() []byte {
	var b bytes.Buffer
	b.WriteString(head)
	line := ""
	var fields []string
	for _, fact := range scenario.KnownFacts() {
		if fact.Type != scenario.FactField {
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", fact.Name, fact.Type, strings.Join(fact.Of, ", "), fact.About)
			continue
		}
		name := "`" + fact.Name + "`"
		if line != "" && len(line)+1+len(name) > width {
			fields, line = append(fields, line), ""
		}
		line = strings.TrimPrefix(line+" "+name, " ")
	}
	b.WriteString(fieldsHead + strings.Join(append(fields, line), "\n") + "\n")
	return b.Bytes()
}
