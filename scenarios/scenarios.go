// Package scenarios holds the scenarios that come with Tweed. Each file is executable:
// "tweed run scenarios/*.yaml" walks them all.
package scenarios

import (
	"embed"
	"io/fs"
	"path"
	"sort"
	"strings"
)

//go:embed *.yaml
var files embed.FS

// Find returns the text of a scenario by its name, with or without ".yaml".
func Find(name string) ([]byte, bool) {
	if name == "" || strings.ContainsAny(name, "\n") {
		return nil, false
	}
	text, err := fs.ReadFile(files, strings.TrimSuffix(name, ".yaml")+".yaml")
	return text, err == nil
}

// Names returns the names of all scenarios, sorted.
func Names() []string {
	found, _ := fs.Glob(files, "*.yaml")
	names := make([]string, len(found))
	for i, file := range found {
		names[i] = strings.TrimSuffix(path.Base(file), ".yaml")
	}
	sort.Strings(names)
	return names
}
