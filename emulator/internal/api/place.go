package api

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// DefaultWorld is the world of those who name none.
const DefaultWorld = "default"

// maxWorldName is the longest name of a world, in characters.
const maxWorldName = 128

// SplitClient takes the world's name off a client_id or user name: what follows the
// last "@". Every SDK can choose its world that way without a header.
func SplitClient(id string) (client, world string) {
	at := strings.LastIndexByte(id, '@')
	if at < 0 {
		return id, ""
	}
	return id[:at], id[at+1:]
}

// worldName finds the world of a request: its header, its credentials, the tag in one
// of its tokens, in this order. A path of the control API that names a world comes first.
func (f *flight) worldName() (string, error) {
	name := f.req.Header.Get("Tweed-World")
	client := f.call.Client
	if name == "" || client.World != "" && !f.family.vendor() {
		name = client.World
	}
	if name == "" && !client.Found {
		if tag := tagIn(f.call.Body.Fields); tag != "" {
			name, _ = f.Worlds.ByTag(tag)
		}
	}
	if name == "" {
		name = DefaultWorld
	}
	if err := CheckWorldName(name); err != nil {
		return "", err
	}
	return name, nil
}

// CheckWorldName returns an error for a name that cannot be a world's: it has 1 to 128
// printable characters without spaces.
func CheckWorldName(name string) error {
	printable := func(r rune) bool { return r != ' ' && r != utf8.RuneError && unicode.IsPrint(r) }
	n := utf8.RuneCountInString(name)
	if n > 0 && n <= maxWorldName && !strings.ContainsFunc(name, func(r rune) bool { return !printable(r) }) {
		return nil
	}
	runes := []rune(name)
	return errBadWorldName.New("name", strconv.Quote(string(runes[:min(n, maxWorldName)])))
}

// token matches the tokens that carry a world's tag: <kind>-<environment>-<uuid>.
var token = regexp.MustCompile(`^[a-z-]+-[a-z]+-` + uuidForm + `$`)

// bareID matches an id that carries a world's tag.
var bareID = regexp.MustCompile(`^` + uuidForm + `$`)

const uuidForm = `([0-9a-f]{8})-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`

// tokenFields are where requests carry a token, the ones that name an Item first.
var tokenFields = []string{
	"access_token", "public_token", "processor_token", "link_token",
	"plaidProcessorToken", "processorToken", "plaid_processor_token", "plaidToken", // Sentinel's, assumed
}

// idFields are where Link's dialog carries an id of its own.
var idFields = []string{"link_session_id", "oauth_state_id"}

// tagIn returns the world's tag in the first token or id among the fields, "" without one.
func tagIn(fields map[string]any) string {
	for _, name := range tokenFields {
		text, _ := fields[name].(string)
		if m := token.FindStringSubmatch(text); m != nil {
			return m[1]
		}
	}
	for _, name := range idFields {
		text, _ := fields[name].(string)
		if m := bareID.FindStringSubmatch(text); m != nil {
			return m[1]
		}
	}
	return ""
}

// hint names the world that a refused token belongs to, when it is another one.
func (f *flight) hint() string {
	tag := tagIn(f.call.Body.Fields)
	if tag == "" || tag == f.call.World.Tag() {
		return ""
	}
	name, ok := f.Worlds.ByTag(tag)
	if !ok {
		return ""
	}
	return "the token belongs to world " + name + "; this call is in world " + f.call.World.Name() +
		". Add @" + name + " to the client_id, or the header Tweed-World."
}
