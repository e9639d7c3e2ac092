package plaid

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"tweed/emulator/internal/dataset"
	"tweed/emulator/internal/world"
)

var (
	// keptID are ids of catalogues, which are no UUIDs.
	keptID = regexp.MustCompile(`^(category_|legacy_category_|network_trace_|institution_)`)

	uuidIn      = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{6,12}`)
	environment = regexp.MustCompile(`-(sandbox|production|prod)-`)
	plaidID     = regexp.MustCompile(`^[0-9A-Za-z]{28,38}$`)
	hexID       = regexp.MustCompile(`^[0-9a-f]{12,}$`)
	tokenKind   = regexp.MustCompile(`^([a-z]+-)*`)
	// namedID has a kind before its id, as idv_52xR9LKo77r1Np.
	namedID = regexp.MustCompile(`[a-z]{3,}_[0-9A-Za-z]{10,}`)
)

// ofID tells the names of fields that hold an id or a list of ids.
func ofID(name string) bool {
	name = strings.TrimSuffix(name, "s")
	return name == "id" || strings.HasSuffix(name, "_id") || strings.HasSuffix(name, "Id")
}

// ofToken tells the names of fields that hold a token or a list of tokens.
func ofToken(name string) bool { return strings.HasSuffix(strings.TrimSuffix(name, "s"), "_token") }

// identify writes an id of the example anew: the Item's where the request leads to one,
// else of the same form. The same id of an example becomes the same one in a reply.
func (s *shaper) identify(name, id string) string {
	switch name {
	case "account_id", "account_ids":
		return s.account(id)
	case "item_id", "item_ids":
		at := slices.Index(s.example.items, id)
		if at < len(s.found.items) {
			return s.found.items[max(at, 0)].ID
		}
		return idOf(s.derive(id))
	case "institution_id", "institution_ids":
		return s.institution(id).ID
	case "client_user_id":
		if len(s.found.items) > 0 && s.found.items[0].ClientUser != "" {
			return s.found.items[0].ClientUser
		}
	}
	if strings.HasPrefix(name, "client_") || keptID.MatchString(name) && !uuidIn.MatchString(id) {
		return id // the client's own, or a catalogue's
	}
	return s.another(id)
}

// institution is the Item's, or one that only has the example's id.
func (s *shaper) institution(id string) *dataset.Institution {
	if len(s.found.items) > 0 {
		if bank, ok := dataset.FindInstitution(s.found.items[0].Institution); ok {
			return bank
		}
	}
	return &dataset.Institution{ID: id}
}

// account is the account of the request's that stands for one of the example's: of the
// same subtype, else of the same type, else in its place.
func (s *shaper) account(id string) string {
	pool := s.found.accounts
	if asked, ok := s.said["account_id"].(string); ok && len(pool) == 0 {
		return asked // what a list is filtered by
	}
	if len(pool) == 0 {
		return idOf(s.derive(id))
	}
	kind := s.example.kinds[id]
	for n := len(kind); n > 0; n-- {
		for _, a := range pool {
			if kind[0] != "" && (a.Type == kind[0]) && (n == 1 || a.Subtype == kind[1]) {
				return a.ID
			}
		}
	}
	return pool[max(slices.Index(s.example.accounts, id), 0)%len(pool)].ID
}

// derive returns the material of what stands for a text of the example.
func (s *shaper) derive(text string) world.Bytes {
	return s.call.World.Derive(append([]string{"shaped", text}, s.scope...)...)
}

// another returns an id of the same form: a UUID for a UUID, with what is before it; 37
// characters for 37; for others, each letter and digit by another one behind the kind
// before the last "_". Numbers and short words are no ids that a world makes.
func (s *shaper) another(id string) string {
	if uuidIn.MatchString(id) {
		id = uuidIn.ReplaceAllStringFunc(id, func(old string) string { return s.derive(old).UUID(s.call.World.Tag()) })
		return environment.ReplaceAllString(id, "-"+EnvironmentOf(s.call.World)+"-")
	}
	cut := strings.LastIndexAny(id, "_-") + 1
	kind, rest := environment.ReplaceAllString(id[:cut], "-"+EnvironmentOf(s.call.World)+"-"), id[cut:]
	mixed := strings.ContainsAny(rest, "0123456789") && strings.ContainsFunc(rest, unicode.IsLetter)
	switch {
	case plaidID.MatchString(id) && !hexID.MatchString(id):
		return idOf(s.derive(id))
	case len(rest) < 8 || strings.Contains(id, " ") || kind == "" && !mixed:
		return id
	case hexID.MatchString(rest) && mixed:
		return kind + s.derive(id).Hex(min(len(rest), 2*len(world.Bytes{})))
	}
	return kind + redraw(rest, s.derive(id))
}

// redraw replaces each digit by a digit and each letter by one of its case.
func redraw(text string, by world.Bytes) string {
	const digits, lower, upper = "0123456789", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	out := []byte(text)
	for i, c := range out {
		for _, class := range []string{digits, lower, upper} {
			if strings.IndexByte(class, c) >= 0 {
				out[i] = class[int(by[i%len(by)])%len(class)]
			}
		}
	}
	return string(out)
}

// token writes a token of the example anew. Those that Tweed knows to use are real: of the
// Item that the request leads to.
func (s *shaper) token(name, text string) string {
	w := s.call.World
	name = strings.TrimSuffix(name, "s")
	var item Item
	if len(s.found.items) > 0 {
		item = s.found.items[0]
	}
	switch {
	case name == "access_token" && item.ID != "":
		return accessible(s.call, item).AccessToken
	case name == "link_token":
		token := newToken(w, "link")
		linkTokens.Put(w, token, linkToken{
			Client: s.call.Client.ID, User: item.ClientUser, Item: item.ID, Created: s.call.Now,
			Expires: s.call.Now.Add(linkTokenLife), Request: json.RawMessage("{}"),
			Metadata: linkMetadata{CountryCodes: []string{}, InitialProducts: []string{}, Language: "en"},
		})
		return token
	case uuidIn.MatchString(text):
		return s.another(text)
	}
	kind := tokenKind.FindString(text)
	return environment.ReplaceAllString(kind, "-"+EnvironmentOf(w)+"-") + redraw(text[len(kind):], s.derive(text))
}
