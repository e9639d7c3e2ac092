package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"tweed/emulator/internal/contract/gen/spec"
)

// prefix is how the names of the files begin that this command writes.
const prefix = "overlay-npm-"

// replace writes the overlay of a version and removes those of other versions.
func replace(dir, version string, text []byte) error {
	old, err := filepath.Glob(filepath.Join(dir, prefix+"*.yaml"))
	if err != nil {
		return err
	}
	for _, file := range old {
		if err := os.Remove(file); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(dir, prefix+version+".yaml"), text, 0o644)
}

// encode writes an overlay one line an entry, so that a newer version is reviewed as a difference of lines.
func encode(version, specVersion string, o *spec.Overlay) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# What the requests of npm plaid %s accept and the base contract (plaid-go %s) lacks, and what\n"+
		"# its newer operations answer.\n"+
		"# Written by `go run ./emulator/internal/contract/gen/npm`; do not edit. from names the interface, enum or call\n"+
		"# of api.ts. Its \"number\" is not told apart into integers; a new field is never required of older clients.\n"+
		"# ~date and ~datetime come from names and comments.\n"+
		"sources:\n  npm: npm plaid %s api.ts (specification %s),\n", version, spec.ModuleVersion, version, specVersion)
	section(&b, "operations", len(o.Operations))
	for _, op := range o.Operations {
		types := ""
		for _, one := range [][2]string{{"request", op.Request}, {"reply", op.Reply}, {"media", op.Media}} {
			if one[1] != "" {
				types += ", " + one[0] + ": " + one[1]
			}
		}
		fmt.Fprintf(&b, "  - {id: %s, method: %s, path: %q, family: %s%s, from: %s}\n",
			op.ID, op.Method, op.Path, op.Family, types, op.From)
	}
	section(&b, "fields", len(o.Fields))
	for _, f := range o.Fields {
		what := fmt.Sprintf("add: %q", f.Add)
		if f.Optional != "" {
			what = "optional: " + f.Optional
		} else if f.Null != "" {
			what = "\"null\": " + f.Null
		}
		fmt.Fprintf(&b, "  - {type: %s, %s, from: %s}\n", f.Type, what, f.From)
	}
	section(&b, "values", len(o.Values))
	for _, v := range o.Values {
		fmt.Fprintf(&b, "  - {type: %s, add: [%s], from: %s}\n", v.Type, list(v.Add), v.From)
	}
	section(&b, "types", len(o.Types))
	for _, t := range o.Types {
		fmt.Fprintf(&b, "  - type: %s\n    from: %s\n", t.Name, t.From)
		if len(t.Values) > 0 {
			fmt.Fprintf(&b, "    values: [%s]\n", list(t.Values))
		}
		if len(t.Fields) > 0 {
			b.WriteString("    fields:\n")
		}
		for _, f := range t.Fields {
			fmt.Fprintf(&b, "      - field: %q\n", f.Field)
		}
	}
	return b.Bytes()
}

// section starts a list.
func section(b *bytes.Buffer, name string, n int) {
	if n > 0 {
		fmt.Fprintf(b, "\n%s:\n", name)
	}
}

// list writes quoted strings.
func list(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = fmt.Sprintf("%q", v)
	}
	return strings.Join(quoted, ", ")
}
