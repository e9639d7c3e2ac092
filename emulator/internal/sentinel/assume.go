package sentinel

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"tweed/emulator/internal/nacha"
	"tweed/emulator/internal/spell"
)

// CheckAssume checks what a scenario assumes. The error names everything that is wrong and the nearest right word.
func CheckAssume(assume map[string]string) error {
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(assume)) {
		at := slices.IndexFunc(assumptions, func(a Assumption) bool { return a.Name == name && a.Settable })
		if at < 0 {
			problems = append(problems, unknownAssumption(name))
			continue
		}
		if err := assumptions[at].check(assume[name]); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", name, err))
		}
	}
	return errors.Join(problems...)
}

func unknownAssumption(name string) error {
	var settable []string
	for _, a := range assumptions {
		if a.Settable {
			settable = append(settable, a.Name)
		}
		if a.Name == name && !a.Settable {
			return fmt.Errorf("%s cannot be set", name)
		}
	}
	return fmt.Errorf("no assumption is called %q; %s", name, meant(name, settable))
}

func oneOf(values ...string) func(string) error {
	return func(value string) error {
		if slices.Contains(values, value) {
			return nil
		}
		return fmt.Errorf("%q is not possible; %s", value, meant(value, values))
	}
}

var (
	fieldForm  = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	methodForm = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)
)

// takenFields are fields of the relationship request with another meaning.
var takenFields = []string{
	"account", "approvalMethod", "bankAccount", "bankAccountOwnerName", "bankAccountType", "bankRoutingNumber",
	"nickname",
}

func checkTokenField(value string) error {
	for _, name := range words(value) {
		switch {
		case !fieldForm.MatchString(name):
			return fmt.Errorf("%q is no name of a field; write for example %s", name, defaultTokenFields[0])
		case slices.Contains(takenFields, name):
			return fmt.Errorf("%s is another field of the request", name)
		}
	}
	return nil
}

func checkReturnCode(value string) error {
	if _, ok := nacha.FindReturn(value); !ok {
		return fmt.Errorf("%q is no return code that Apex knows; write for example %s", value, defaultReturnCodes[Incoming])
	}
	return nil
}

func checkTokenMethod(value string) error {
	for _, method := range words(value) {
		if !methodForm.MatchString(method) {
			return fmt.Errorf("%q is no approval method; write for example %s", method, defaultTokenMethods[0])
		}
	}
	return nil
}

// meant is a help for who wrote a word that is none of words.
func meant(word string, words []string) string {
	if near := spell.Nearest(word, words); near != "" {
		return "did you mean " + near + "?"
	}
	return "there are " + strings.Join(words, ", ")
}
