package plaid

import (
	"regexp"
	"strings"

	"tweed/emulator/internal/api"
)

// client finds client_id and secret: in the body, or in the headers that the official
// SDKs since 2020 send.
func client(req *api.Request, body api.Body) api.Client {
	id, inBody := body.Fields["client_id"].(string)
	if !inBody {
		id = req.Header.Get("Plaid-Client-Id")
	}
	secret, inBody := body.Fields["secret"].(string)
	if !inBody {
		secret = req.Header.Get("Plaid-Secret")
	}
	name, world := api.SplitClient(id)
	return api.Client{ID: name, Secret: secret, World: world, Found: id != ""}
}

// checkClient looks at the presence and form of the credentials.
func checkClient(c *api.Call) error {
	if anonymous[c.Op.Path] {
		return nil
	}
	var missing []string
	for _, f := range []struct{ field, header string }{{"client_id", "Plaid-Client-Id"}, {"secret", "Plaid-Secret"}} {
		if _, sent := c.Body.Fields[f.field]; !sent && c.Header(f.header) == "" {
			missing = append(missing, f.field)
		}
	}
	if len(missing) > 0 {
		return errMissingFields.New("fields", strings.Join(missing, ", "))
	}
	strict := settingsOf(c.World).Strict
	if c.Client.ID == "" || strict && !clientForm.MatchString(c.Client.ID) {
		return errInvalidField.Text("client_id must be a properly formatted, non-empty string") // observed
	}
	if c.Client.Secret == "" || strict && !secretForm.MatchString(c.Client.Secret) {
		return errInvalidField.Text("secret must be a properly formatted, non-empty string") // assumed
	}
	return nil
}

// anonymous operations take no credentials (plaid.com/docs/api: categories are public).
var anonymous = map[string]bool{"/categories/get": true}

// The forms are observed: client_id has 24 hex digits, secret 30.
var (
	clientForm = regexp.MustCompile(`^[0-9a-f]{24}$`)
	secretForm = regexp.MustCompile(`^[0-9a-f]{30}$`)
)

// checkKeys compares the credentials with those that the scenario pins, if it does.
func checkKeys(c *api.Call) error {
	pinned := settingsOf(c.World).Credentials
	if len(pinned) == 0 || anonymous[c.Op.Path] {
		return nil
	}
	for _, keys := range pinned {
		if fits(keys.ClientID, c.Client.ID) && fits(keys.Secret, c.Client.Secret) {
			return nil
		}
	}
	return errAPIKeys.New()
}

// fits compares with a pinned key; an empty one fits all.
func fits(pinned, given string) bool { return pinned == "" || pinned == given }
