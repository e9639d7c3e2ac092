// Package scenarios holds the scenarios that come with Tweed, in folders by theme. Each
// file is executable: "tweed run scenarios" walks them all. README.md lists them.
package scenarios

import (
	"embed"
	"io/fs"
	"path"
	"slices"
	"strings"
)

//go:generate go run ./gen README.md

//go:embed *.yaml */*.yaml
var files embed.FS

const extension = ".yaml"

// Find returns the text of a scenario by its name, with or without ".yaml": the full one,
// "item/login-required-twice", or the last part of it where no other scenario is called so.
func Find(name string) ([]byte, bool) {
	meant := Meant(name)
	if len(meant) != 1 {
		return nil, false
	}
	text, err := files.ReadFile(meant[0] + extension)
	return text, err == nil
}

// Meant returns the full names of the scenarios that a name can mean: one in the good
// case, none for a wrong name, several where the last part of a name is not enough.
func Meant(name string) []string {
	name = strings.TrimSuffix(name, extension)
	var meant []string
	for _, full := range Names() {
		switch name {
		case full:
			return []string{full}
		case path.Base(full):
			meant = append(meant, full)
		}
	}
	return meant
}

// Names returns the full names of all scenarios, sorted.
func Names() []string {
	var names []string
	for _, pattern := range []string{"*" + extension, "*/*" + extension} {
		found, _ := fs.Glob(files, pattern) // the patterns are good ones
		for _, file := range found {
			names = append(names, strings.TrimSuffix(file, extension))
		}
	}
	slices.Sort(names)
	return names
}
