package plaid

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/contract"
	"tweed/emulator/internal/dataset"
	"tweed/emulator/scenario"
)

// version is the API version that operations speak (plaid.com/docs/api/versioning). An
// older one is made into it before an operation and out of it afterwards.
const version = "2020-09-14"

// Older versions: the first, which was the default of clients without a header until 2018,
// the release candidate of 2019, and the two between them and version.
const (
	version2017 = "2017-03-08"
	version2018 = "2018-05-22"
	versionRC   = "2019-02-14"
	version2019 = "2019-05-29"
)

// versionChange is one difference between a version and those before it.
type versionChange struct {
	since string   // the version that brought it
	calls []string // the paths that it is about; none = all
	// upgrade turns the request of an older client into one of since. It may change values
	// in place, but not those of objects inside.
	upgrade func(fields map[string]any)
	// downgrade turns an answer of since into one of the version before.
	downgrade func(answer map[string]any)
	// failure does so with an error, also one inside an Item.
	failure func(body map[string]any)
}

func (ch *versionChange) concerns(path string) bool {
	return len(ch.calls) == 0 || slices.Contains(ch.calls, path)
}

var (
	errNoLonger     = catalogue.Must(catalogue.Plaid, "INVALID_REQUEST/NO_LONGER_AVAILABLE")
	errIncompatible = catalogue.Must(catalogue.Plaid, "INVALID_REQUEST/INCOMPATIBLE_API_VERSION")
)

// dropped are the paths that a version does not have any more, with that version.
var dropped = sync.OnceValue(func() map[string]string {
	out := map[string]string{}
	for _, op := range contract.Ops() {
		if op.Dropped != "" {
			out[op.Path] = op.Dropped
		}
	}
	return out
})

// checkVersion settles which version the client speaks. Errors, in order of checking:
// INVALID_HEADERS for a version that Plaid never had (its text is assumed),
// NO_LONGER_AVAILABLE. That both come before all else is assumed.
func checkVersion(c *api.Call) error {
	if c.Version != "" && c.Version != version && !slices.Contains(scenario.Versions(), c.Version) {
		known := scenario.Versions()
		slices.Sort(known)
		return errInvalidHeader.Text("Plaid-Version must be one of " + strings.Join(known, ", "))
	}
	c.Version = versionOf(c)
	if since := dropped()[c.Op.Path]; since != "" && c.Version >= since {
		return errNoLonger.Variant("discontinued", "version", since)
	}
	return nil
}

// versionOf is what the client asked for, else what the scenario says, else the newest.
func versionOf(c *api.Call) string {
	switch {
	case c.Version == version, c.Version != "" && slices.Contains(scenario.Versions(), c.Version):
		return c.Version
	case c.World == nil:
		return version
	}
	return cmp.Or(settingsOf(c.World).Version, version)
}

// upgradeRequest makes the request of an older client one of version.
func upgradeRequest(c *api.Call) error {
	if c.Version == version {
		return nil
	}
	fields := cloned(c.Body.Fields)
	for _, ch := range slices.Backward(changes) {
		if ch.upgrade != nil && c.Version < ch.since && ch.concerns(c.Op.Path) {
			ch.upgrade(fields)
		}
	}
	c.Body = api.FromFields(fields)
	return nil
}

// olderAnswer makes an answer one of the version that the client speaks. A rule's patch has
// changed it before, in the words of version.
func olderAnswer(c *api.Call, speaks string, answer any) any {
	if _, isFile := answer.(api.Raw); isFile || speaks == version {
		return answer
	}
	fields := fieldsOf(answer)
	for i := range changes {
		ch := &changes[i]
		if speaks >= ch.since || !ch.concerns(c.Op.Path) {
			continue
		}
		if ch.downgrade != nil {
			ch.downgrade(fields)
		}
		for _, item := range objects(fields, "item") {
			if inside, failed := item["error"].(map[string]any); failed && ch.failure != nil {
				ch.failure(inside)
			}
		}
	}
	return fields
}

// olderError makes the body of an error one of the version that the client speaks.
func olderError(speaks string, body any) any {
	if speaks == version {
		return body
	}
	fields := fieldsOf(body)
	for i := range changes {
		if ch := &changes[i]; ch.failure != nil && speaks < ch.since {
			ch.failure(fields)
		}
	}
	return fields
}

// fieldsOf returns an answer as the object that it is on the wire.
func fieldsOf(answer any) map[string]any {
	text, err := json.Marshal(answer)
	if err != nil {
		panic("plaid: " + err.Error()) // answers are our own types
	}
	body, err := api.DecodeJSON(&api.Request{Body: text})
	if err != nil {
		panic("plaid: " + err.Error()) // and they are objects
	}
	return body.Fields
}

// cloned copies an object and the objects in it, but not lists: no upgrade changes one.
func cloned(fields map[string]any) map[string]any {
	out := make(map[string]any, len(fields))
	for name, value := range fields {
		if inside, ok := value.(map[string]any); ok {
			value = cloned(inside)
		}
		out[name] = value
	}
	return out
}

// objects returns the object of that name, or the members of the list of that name.
func objects(parent map[string]any, name string) []map[string]any {
	var out []map[string]any
	switch value := parent[name].(type) {
	case map[string]any:
		out = append(out, value)
	case []any:
		for _, member := range value {
			if object, ok := member.(map[string]any); ok {
				out = append(out, object)
			}
		}
	}
	return out
}

// everyCountry are the countries of all institutions: those that a client who names none
// asks for.
var everyCountry = sync.OnceValue(func() []any {
	var codes []string
	for _, bank := range dataset.Institutions() {
		codes = append(codes, bank.CountryCodes...)
	}
	var out []any
	for _, code := range sorted(codes) {
		out = append(out, code)
	}
	return out
})
